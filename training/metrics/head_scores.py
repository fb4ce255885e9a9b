"""How well the heads beside that of the six classes do: UAR of categories, CCC of dimensions."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.data.index import known_speakers
from training.data.targets import UNLABELLED, HeadLabels
from training.metrics.scores import Scores, ccc, score
from training.model.outputs import Predictions


@dataclass(frozen=True)
class Concordance:
    """Agreement of the ratings of one dimension with the reference.

    Attributes:
        utterances: How many are rated.
        ccc: Concordance correlation coefficient, in [−1, 1].
    """

    utterances: int
    ccc: float


@dataclass(frozen=True)
class HeadScores:
    """Scores of the further heads over some utterances, each over those that carry its label.

    Attributes:
        emotion: Of the categories; None where no utterance has one that the model knows.
        ratings: Of each dimension of which at least two utterances are rated.
    """

    emotion: Scores | None
    ratings: dict[str, Concordance]

    def to_dict(self) -> dict[str, Any]:
        """The scores as plain JSON types."""
        return asdict(self)

    @property
    def ccc(self) -> float | None:
        """Mean over the dimensions that are rated; None where there are none."""
        found = [one.ccc for one in self.ratings.values()]
        return float(np.mean(found)) if found else None

    def figures(self) -> dict[str, float]:
        """The headline of each head, by a short name."""
        figures = {} if self.emotion is None else {"emotion_uar": self.emotion.uar}
        return figures | {f"{name}_ccc": found.ccc for name, found in self.ratings.items()}


def score_heads(
    index: pd.DataFrame, predictions: Predictions | Sequence[Predictions], heads: HeadLabels
) -> HeadScores:
    """Scores the further heads on the rows of an index.

    Args:
        index: Rows of :func:`training.data.index.load_index`.
        predictions: Of those rows, by one model or by several; scores are means over them.
        heads: Of the models.
    """
    runs = [predictions] if isinstance(predictions, Predictions) else predictions
    targets = heads.targets(index)
    emotion = None
    emotions = [run.emotions for run in runs if run.emotions is not None]
    if emotions:
        known = np.flatnonzero(targets["emotion_labels"] != UNLABELLED)
        if len(known):
            emotion = score(
                targets["emotion_labels"][known],
                np.stack(emotions)[:, known].argmax(axis=-1),
                known_speakers(index.iloc[known]),
                len(heads.emotions),
            )
    ratings = {}
    rated_as = [run.ratings for run in runs if run.ratings is not None]
    if rated_as:
        for column, dimension in enumerate(heads.dimensions):
            reference = targets["rating_labels"][:, column]
            rated = ~np.isnan(reference)
            if rated.sum() > 1:
                agreement = [ccc(reference[rated], run[rated, column]) for run in rated_as]
                ratings[dimension] = Concordance(int(rated.sum()), float(np.mean(agreement)))
    return HeadScores(emotion, ratings)


def score_heads_by_corpus(
    index: pd.DataFrame, predictions: Predictions | Sequence[Predictions], heads: HeadLabels
) -> dict[str, HeadScores]:
    """:func:`score_heads` for each corpus of an index."""
    runs = [predictions] if isinstance(predictions, Predictions) else predictions
    index = index.reset_index(drop=True)
    groups: dict[str, npt.NDArray[np.int64]] = {
        str(corpus): np.asarray(rows)
        for corpus, rows in index.groupby("corpus", sort=True).indices.items()
    }
    return {
        corpus: score_heads(index.iloc[rows], [run.take(rows) for run in runs], heads)
        for corpus, rows in groups.items()
    }


def describe_heads(scores: HeadScores) -> str:
    """One line: ``emotion UAR 41.2 % (n = 120), arousal CCC 0.61 (n = 80)``; empty without."""
    parts = []
    if scores.emotion is not None:
        parts.append(
            f"emotion UAR {scores.emotion.uar:.1%} (chance {scores.emotion.chance:.1%}, "
            f"n = {scores.emotion.utterances})"
        )
    parts += [
        f"{name} CCC {found.ccc:z.2f} (n = {found.utterances})"
        for name, found in scores.ratings.items()
    ]
    return ", ".join(parts)
