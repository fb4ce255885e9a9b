"""Targets beside the six classes: emotion categories, and ratings of dimensions.

A row of a dataset carries some of these labels and lacks others, so each head has targets of its
own, in which a missing label is marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from torch import Tensor

from pipeline.schema.record import DIMENSIONS
from pipeline.specs.emotion_scheme import emotion_scheme

UNLABELLED = -100
"""Class index of a row without a class: PyTorch's losses leave it out."""

SHARES = ("label_shares", "emotion_shares")
"""Columns that training adds to an index to learn distributions over classes, or over categories:
soft labels (:func:`training.data.votes.soft_targets`)."""

TARGETS = ("labels", "emotion_labels", "rating_labels", *SHARES)
"""What the heads learn from; the first three are arguments of the model, too."""


@dataclass(frozen=True)
class HeadLabels:
    """The heads beside that of the six classes.

    Attributes:
        emotions: Categories in index order; none for no such head.
        dimensions: Of arousal, valence and dominance those that are rated, in that order; none
            for no such head.
    """

    emotions: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the record that the heads learn from."""
        return (*(("emotion",) if self.emotions else ()), *self.dimensions)

    def targets(self, index: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
        """What the heads, that of the six classes included, learn from each row of an index.

        Returns:
            ``labels`` ``(rows,)`` and, for the heads there are, ``emotion_labels`` ``(rows,)``,
            both :data:`UNLABELLED` where the row has none or one that the head does not know, and
            ``rating_labels`` ``(rows, dimensions)``, NaN where there is none. Of an index with
            columns of :data:`SHARES` these, too, ``(rows, classes)``, NaN where there are none.
        """
        targets: dict[str, npt.NDArray[Any]] = {
            "labels": index["label"].fillna(UNLABELLED).to_numpy(dtype=np.int64)
        }
        if self.emotions:
            number = {emotion: place for place, emotion in enumerate(self.emotions)}
            known = index["emotion"].map(number).fillna(UNLABELLED)
            targets["emotion_labels"] = known.to_numpy(dtype=np.int64)
        if self.dimensions:
            targets["rating_labels"] = index[list(self.dimensions)].to_numpy(dtype=np.float32)
        for name in SHARES:
            if name in index:
                targets[name] = np.stack(index[name].to_list())
        return targets


SIX_CLASSES_ONLY = HeadLabels()
"""No head beside that of the six classes."""


def choose_heads(index: pd.DataFrame, emotion: bool, ratings: bool) -> HeadLabels:
    """The heads that the rows of an index can teach.

    Args:
        index: Training rows.
        emotion: Whether categories are wanted: those of ``emotions.yaml`` that occur, in its order.
        ratings: Whether dimensions are wanted: those that are rated at least twice.
    """
    there = set(index["emotion"].dropna()) if emotion else set()
    scheme = [name for name in emotion_scheme().emotions if name in there]
    rated = [name for name in DIMENSIONS if ratings and index[name].notna().sum() > 1]
    return HeadLabels((*scheme, *sorted(there - set(scheme))), tuple(rated))


def take_targets(batch: dict[str, Any]) -> dict[str, Tensor]:
    """Takes the targets out of a batch; what is left is the model's input."""
    return {name: batch.pop(name) for name in TARGETS if name in batch}


def count_labelled(targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """How many rows carry each target: ``()`` for classes, ``(dimensions,)`` for ratings."""
    return {name: _carried(name, target).sum(dim=0) for name, target in targets.items()}


def _carried(name: str, target: Tensor) -> Tensor:
    if not target.is_floating_point():
        return target != UNLABELLED
    return ~target.isnan().any(dim=-1) if name in SHARES else ~target.isnan()
