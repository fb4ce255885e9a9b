"""Predictions for recordings and their windows, in the form users and JSON get them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.schema.record import AROUSAL_CLASSES, CLASSES, VALENCE_CLASSES
from training.data.targets import HeadLabels
from training.model.outputs import Predictions

Floats = npt.NDArray[np.floating[Any]]

FURTHER = ("emotion", "emotions", "ratings")
"""Fields of further heads; ``None``, and not in the JSON, where the model lacks them."""


@dataclass(frozen=True, kw_only=True)
class WindowPrediction:
    """The prediction for one window of a recording.

    Attributes:
        start: In seconds.
        end: In seconds.
        label: The likeliest class; ``None`` by a model of ratings alone.
        probabilities: Of each class, in [0, 1], with sum 1.
        arousal: Probabilities of low and high arousal.
        valence: Probabilities of negative, neutral and positive valence.
        emotion: The likeliest emotion category; ``None`` without that head.
        emotions: Probabilities of the categories, in [0, 1], with sum 1; ``None`` without it.
        ratings: Of each dimension that is rated, in [0, 1]; ``None`` without that head.
    """

    start: float
    end: float
    label: str | None
    probabilities: dict[str, float]
    arousal: dict[str, float]
    valence: dict[str, float]
    emotion: str | None = None
    emotions: dict[str, float] | None = None
    ratings: dict[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The prediction for one recording.

    Attributes:
        path: The file; ``None`` for samples.
        duration: In seconds.
        label: The likeliest class; ``None`` by a model of ratings alone.
        probabilities: Of each class, in [0, 1], with sum 1: the windows' mean.
        arousal: Probabilities of low and high arousal.
        valence: Probabilities of negative, neutral and positive valence.
        emotion: The likeliest emotion category; ``None`` without that head.
        emotions: Probabilities of the categories, likewise; ``None`` without that head.
        ratings: Of each dimension that is rated, in [0, 1], likewise; ``None`` without that head.
        windows: The windows that were averaged; those of digital silence are left out.
    """

    path: str | None
    duration: float
    label: str | None
    probabilities: dict[str, float]
    arousal: dict[str, float]
    valence: dict[str, float]
    emotion: str | None = None
    emotions: dict[str, float] | None = None
    ratings: dict[str, float] | None = None
    windows: tuple[WindowPrediction, ...]

    def to_dict(self) -> dict[str, Any]:
        """The prediction as plain JSON types, without the fields of heads that are not there."""
        return asdict(self, dict_factory=_without_missing_heads)


@dataclass(frozen=True)
class PredictionFailure:
    """A recording that could not be classified.

    Attributes:
        path: The file; ``None`` for samples.
        error: What was found.
    """

    path: str | None
    error: str

    def to_dict(self) -> dict[str, Any]:
        """The failure as plain JSON types."""
        return asdict(self)


def prediction_fields(
    outputs: Predictions, classes: Sequence[str], heads: HeadLabels
) -> dict[str, Any]:
    """The fields that a window and a prediction share.

    Args:
        outputs: Of each head, for one clip: ``(classes,)``, ``(categories,)``, ``(dimensions,)``.
        classes: Names of the classes.
        heads: The heads beside that of the classes.
    """
    arousal, valence = marginals(outputs.classes, classes)
    fields = {
        "label": classes[int(outputs.classes.argmax())] if classes else None,
        "probabilities": _named(classes, outputs.classes),
        "arousal": arousal,
        "valence": valence,
    }
    if outputs.emotions is not None:
        fields["emotion"] = heads.emotions[int(outputs.emotions.argmax())]
        fields["emotions"] = _named(heads.emotions, outputs.emotions)
    if outputs.ratings is not None:
        fields["ratings"] = _named(heads.dimensions, outputs.ratings)
    return fields


def marginals(
    probabilities: Floats, classes: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Probabilities of arousal and of valence, summed from those of the six classes.

    Args:
        probabilities: ``(classes,)``.
        classes: Names of the classes.

    Returns:
        Probability by name, of two levels of arousal and three of valence; empty for a model
        whose classes are not the six.
    """
    if tuple(classes) != CLASSES:
        return {}, {}
    grid = probabilities.reshape(len(AROUSAL_CLASSES), len(VALENCE_CLASSES))
    return _named(AROUSAL_CLASSES, grid.sum(axis=1)), _named(VALENCE_CLASSES, grid.sum(axis=0))


def _named(names: Sequence[str], values: Floats) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, values, strict=True)}


def _without_missing_heads(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in fields if name not in FURTHER or value is not None}
