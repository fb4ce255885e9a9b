"""Raters' votes as shares of classes: what soft labels and a single rater's score are made of."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.data.targets import UNLABELLED

Shares = npt.NDArray[np.float32]

Stated = Mapping[str, Mapping[str, int]]
"""Corpus → category → index of its class, as the label set has it."""

_NOTHING: Stated = MappingProxyType({})


def vote_shares(rows: pd.DataFrame, classes: int, stated: Stated = _NOTHING) -> Shares:
    """Share of each row's votes that each class got, ``(rows, classes)``.

    Votes are for emotion categories. One counts for the class that the rows of its category have in
    the same corpus, or that is stated for it where raters voted for a category and elected it
    nowhere. Of rows of several classes, and without any class, it counts for none, so that a row's
    shares may sum to less than 1. They are 0 where there are no votes.

    Args:
        rows: With ``corpus``, ``emotion``, ``label`` (index of the class, or
            :data:`training.data.targets.UNLABELLED`) and ``votes`` (pairs of key and value).
        classes: How many there are.
        stated: Classes of categories
            (:func:`training.data.tasks.stated_categories`).
    """
    shares = np.zeros((len(rows), classes), dtype=np.float32)
    indices = {
        corpus: _class_of_category(part, stated.get(str(corpus), {}))
        for corpus, part in rows.groupby("corpus", sort=False)
    }
    columns = rows["corpus"], rows["votes"]
    for row, (corpus, votes) in enumerate(zip(*columns, strict=True)):
        counted = list(_pairs(votes))
        total = sum(count for _, count in counted)
        for category, count in counted:
            if (index := indices[corpus].get(category)) is not None:
                shares[row, index] += count / total
    return shares


def soft_targets(rows: pd.DataFrame, classes: int, stated: Stated = _NOTHING) -> Shares:
    """What a head learns from raters: shares of the votes for its classes, ``(rows, classes)``.

    A row sums to 1. Without a vote for any of the classes it is the row's label alone; NaN where
    there is no label.

    Args:
        rows: As for :func:`vote_shares`.
        classes: How many there are.
        stated: As there.
    """
    labels = rows["label"].to_numpy(dtype=np.int64)
    shares = vote_shares(rows, classes, stated)
    total = shares.sum(axis=1, keepdims=True)
    hard = np.eye(classes, dtype=np.float32)[np.maximum(labels, 0)]
    targets: Shares = np.where(total > 0, shares / np.where(total > 0, total, 1), hard)
    targets[labels == UNLABELLED] = np.nan
    return targets


def has_votes(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows have a vote for anything ``(rows,)``."""
    return np.array([any(True for _ in _pairs(votes)) for votes in rows["votes"]], dtype=bool)


def _class_of_category(rows: pd.DataFrame, stated: Mapping[str, int]) -> Mapping[str, int]:
    """Category → class: that of its labelled rows if all are alike; of those without any, stated.

    What rows say comes first, as a corpus may have been built by a spec of the user's own.
    """
    labelled = rows[rows["label"] != UNLABELLED]
    found = labelled.groupby("emotion")["label"].agg(["min", "max"])
    alike = found["min"][found["min"] == found["max"]]
    unseen = {category: stated[category] for category in stated if category not in found.index}
    return unseen | {str(category): int(label) for category, label in alike.items()}


def _pairs(votes: Any) -> Iterable[tuple[str, float]]:
    """Category and votes above 0, of a cell of the column ``votes``; none where it is null."""
    if votes is None or isinstance(votes, float):
        return
    for pair in votes:
        if pair["value"] is not None and pair["value"] > 0:
            yield pair["key"], float(pair["value"])
