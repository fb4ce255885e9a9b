"""Means over the cells of a matrix: within corpora, on its diagonal, and across them, off it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from training.evaluation.cross_corpus_rows import Row
from training.evaluation.means import mean_figures
from training.evaluation.score_file import Evaluation
from training.metrics.intervals import is_few
from training.metrics.scores import Figures


@dataclass(frozen=True)
class MatrixMeans:
    """Means of one system, each cell counting the same.

    Attributes:
        within: Over corpora that were trained on; None where none is scored.
        across: Over corpora that were not; None where none is scored.
    """

    within: Figures | None
    across: Figures | None

    @property
    def is_few(self) -> bool:
        """Whether an interval is marked, as few speakers stand behind it."""
        return any(one and is_few(one.interval_speakers) for one in (self.within, self.across))

    def describe(self) -> str:
        """Both in words, with their intervals."""
        parts = {"the diagonal": self.within, "all cells off it": self.across}
        known = [
            f"{where} {100 * figures.uar:.1f} ({figures.interval})"
            for where, figures in parts.items()
            if figures
        ]
        return f"mean UAR (95 %) of {', of '.join(known)}"


def matrix_means(rows: Sequence[Row], evaluations: Sequence[Evaluation]) -> MatrixMeans:
    """The means of one system.

    Args:
        rows: Of the matrix.
        evaluations: One a row.
    """
    cells = [
        (corpus in row.train, cell)
        for row, evaluation in zip(rows, evaluations, strict=True)
        for corpus, cell in _by_corpus(evaluation)
    ]
    within, across = ([one for inside, one in cells if inside is side] for side in (True, False))
    return MatrixMeans(*(mean_figures(found) if found else None for found in (within, across)))


def _by_corpus(evaluation: Evaluation) -> Iterator[tuple[str, Evaluation]]:
    """What a mean needs to know of each corpus: its scores, and the predictions behind them."""
    table = evaluation.predictions
    corpora = table.utterances["corpus"].to_numpy()
    for corpus, scores in evaluation.corpora.items():
        own = table.take(np.flatnonzero(corpora == corpus))
        yield corpus, replace(evaluation, overall=scores, predictions=own)
