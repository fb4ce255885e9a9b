"""Scores of the rows of an index, overall and per corpus."""

import numpy as np
import pandas as pd

from training.data.index import known_speakers
from training.metrics.scores import Integers, Scores, score


def score_rows(
    index: pd.DataFrame, predicted: Integers, classes: int
) -> tuple[Scores, dict[str, Scores]]:
    """Scores of the rows of an index, overall and per corpus.

    Args:
        index: Rows with ``corpus``, ``speaker`` and ``label``.
        predicted: Classes ``(utterances,)`` or ``(models, utterances)``.
        classes: How many classes there are.
    """
    reference = index["label"].to_numpy()
    speakers = np.array(known_speakers(index), dtype=object)

    def score_part(part: Integers) -> Scores:
        return score(reference[part], predicted[..., part], speakers[part].tolist(), classes)

    parts = index.reset_index(drop=True).groupby("corpus", sort=True).indices
    per_corpus = {str(corpus): score_part(np.asarray(rows)) for corpus, rows in parts.items()}
    return score_part(np.arange(len(index))), per_corpus
