"""What a model says about a recording and its parts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.schema import AROUSAL_CLASSES, CLASSES, VALENCE_CLASSES

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """What the model says about one stretch of a recording.

    Attributes:
        start: In seconds.
        end: In seconds.
        label: The likeliest class.
        probabilities: Of each class, in [0, 1], with sum 1.
        arousal: Probabilities of low and high arousal.
        valence: Probabilities of negative, neutral and positive valence.
    """

    start: float
    end: float
    label: str
    probabilities: dict[str, float]
    arousal: dict[str, float]
    valence: dict[str, float]


@dataclass(frozen=True)
class Prediction:
    """What the model says about one recording.

    Attributes:
        path: The file; ``None`` for samples.
        duration: In seconds.
        label: The likeliest class.
        probabilities: Of each class, in [0, 1], with sum 1: the windows' mean.
        arousal: Probabilities of low and high arousal.
        valence: Probabilities of negative, neutral and positive valence.
        windows: The stretches that were averaged; digital silence is left out.
    """

    path: str | None
    duration: float
    label: str
    probabilities: dict[str, float]
    arousal: dict[str, float]
    valence: dict[str, float]
    windows: tuple[Window, ...]

    def to_dict(self) -> dict[str, Any]:
        """The prediction as plain JSON types."""
        return asdict(self)


@dataclass(frozen=True)
class Failure:
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


def verdict(probabilities: Probabilities, labels: Sequence[str]) -> dict[str, Any]:
    """The fields that a window and a prediction share."""
    arousal, valence = marginals(probabilities, labels)
    return {
        "label": labels[int(probabilities.argmax())],
        "probabilities": _named(labels, probabilities),
        "arousal": arousal,
        "valence": valence,
    }


def marginals(
    probabilities: Probabilities, labels: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Probabilities of arousal and of valence, summed from those of the six classes.

    Empty for a model whose classes are not the six.
    """
    if tuple(labels) != CLASSES:
        return {}, {}
    grid = probabilities.reshape(len(AROUSAL_CLASSES), len(VALENCE_CLASSES))
    return _named(AROUSAL_CLASSES, grid.sum(axis=1)), _named(VALENCE_CLASSES, grid.sum(axis=0))


def _named(names: Sequence[str], probabilities: Probabilities) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(names, probabilities, strict=True)}
