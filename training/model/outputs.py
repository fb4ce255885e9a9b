"""Outputs of a model, and the same as probabilities and ratings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers.modeling_outputs import SequenceClassifierOutput

from training.data.targets import HeadLabels
from training.model.configuration_exhubert import ExtendedConfig


@dataclass
class ExHubertOutput(SequenceClassifierOutput):
    """What :class:`training.model.modeling_exhubert.ExtendedClassifier` returns.

    Attributes:
        emotion_logits: Of the emotion categories ``(clips, categories)``, if it has that head.
        ratings: Of the dimensions, in [0, 1], ``(clips, dimensions)``, if it has that head.
    """

    emotion_logits: Tensor | None = None
    ratings: Tensor | None = None


Rows = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Predictions:
    """Probabilities and ratings of each head, one row an utterance.

    Attributes:
        classes: Probabilities of the six classes ``(rows, classes)``.
        emotions: Probabilities of the categories ``(rows, categories)``; None without that head.
        ratings: Of the dimensions, in [0, 1], ``(rows, dimensions)``; None without that head.
    """

    classes: Rows
    emotions: Rows | None = None
    ratings: Rows | None = None

    def take(self, rows: npt.NDArray[np.integer[Any]] | Sequence[int]) -> "Predictions":
        """The predictions of some rows."""
        return self.each(lambda values: values[rows])

    def are_finite(self) -> bool:
        """Whether all are numbers."""
        heads = (self.classes, self.emotions, self.ratings)
        return all(bool(np.isfinite(head).all()) for head in heads if head is not None)

    def rows(self) -> "Iterator[Predictions]":
        """The rows one by one, without the axis of rows."""
        for row in range(len(self.classes)):
            yield self.each(itemgetter(row))

    def each(self, change: Callable[[Rows], Rows]) -> "Predictions":
        """Applies a function to the rows of every head."""
        return Predictions(
            change(self.classes),
            None if self.emotions is None else change(self.emotions),
            None if self.ratings is None else change(self.ratings),
        )


def as_predictions(output: ExHubertOutput, dtype: torch.dtype = torch.float32) -> Predictions:
    """Converts the output of one batch to probabilities and ratings, computed in ``dtype``."""

    def rows(values: torch.Tensor) -> Rows:
        numbers: Rows = values.cpu().numpy()
        return numbers

    emotion_logits, ratings = output.emotion_logits, output.ratings
    assert output.logits is not None  # None only of outputs that no model made
    return Predictions(
        rows(output.logits.to(dtype).softmax(dim=-1)),
        None if emotion_logits is None else rows(emotion_logits.to(dtype).softmax(dim=-1)),
        None if ratings is None else rows(ratings.to(dtype)),
    )


def join(parts: Sequence[Predictions], config: ExtendedConfig) -> Predictions:
    """Predictions one below the other; of the model's widths even if there are none."""

    def below(name: str, width: int) -> Rows:
        rows = [getattr(part, name) for part in parts] or [np.empty((0, width), np.float32)]
        return np.concatenate(rows)

    return Predictions(
        below("classes", config.num_labels or 0),
        below("emotions", len(config.emotions)) if config.emotions else None,
        below("ratings", len(config.dimensions)) if config.dimensions else None,
    )


def class_names(config: ExtendedConfig) -> list[str]:
    """Names of a model's classes, in index order."""
    names = {int(index): name for index, name in (config.id2label or {}).items()}
    return [names[index] for index in range(len(names))]


def heads_of(config: ExtendedConfig) -> HeadLabels:
    """The heads that a model of this configuration has beside that of the six classes."""
    return HeadLabels(tuple(config.emotions or ()), tuple(config.dimensions or ()))
