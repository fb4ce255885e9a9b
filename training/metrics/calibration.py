"""Calibration: whether a model that is 80 % sure is right 80 % of the time.

Source: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

BINS = 15
"""Equal-width bins of confidence, as in the paper."""

SLIGHT = 0.02
"""Difference of mean confidence and accuracy below which no warning is printed."""

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Bin:
    """The predictions whose confidence lies in ``(low, high]``.

    Attributes:
        low: Lower end, in [0, 1].
        high: Upper end.
        answers: How many predictions lie in it.
        confidence: Their mean confidence; ``None`` where there are none.
        accuracy: The share of them that is right; ``None`` where there are none.
    """

    low: float
    high: float
    answers: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Calibration:
    """How far confidence and accuracy differ.

    Attributes:
        ece: Expected calibration error in [0, 1], the mean over the runs.
        confidence: Mean confidence of all predictions.
        accuracy: Share of all predictions that is right: below the confidence, a model is too sure.
        bins: The reliability curve, over the predictions of all runs.
    """

    ece: float
    confidence: float
    accuracy: float
    bins: list[Bin]

    def __str__(self) -> str:
        gap = self.confidence - self.accuracy
        about = "on average neither too sure nor too unsure" if abs(gap) < SLIGHT else "too sure"
        return (
            f"{100 * self.confidence:.0f} % sure on average, right {100 * self.accuracy:.0f} % "
            f"of the time: "
            f"{'not sure enough' if gap <= -SLIGHT else about}"
        )


def calibrate(probabilities: Floats, reference: Integers) -> Calibration:
    """Measures calibration; the confidence of a prediction is its highest probability.

    ``ECE = Σ_m |B_m| / n · |accuracy(B_m) − confidence(B_m)|`` over bins ``B_m`` of equal width.

    Args:
        probabilities: ``(utterances, classes)``, or ``(runs, utterances, classes)``.
        reference: True class of each utterance ``(utterances,)``.
    """
    runs = probabilities if probabilities.ndim == 3 else probabilities[None]
    confidence: Floats = runs.max(axis=-1).astype(np.float64)
    right = runs.argmax(axis=-1) == reference
    per_run = [_bins(c, r) for c, r in zip(confidence, right, strict=True)]
    return Calibration(
        ece=float(np.mean([_expected_error(curve) for curve in per_run])),
        confidence=float(confidence.mean()),
        accuracy=float(right.mean()),
        bins=_bins(confidence.ravel(), right.ravel()),
    )


def _bins(confidence: Floats, right: npt.NDArray[np.bool_]) -> list[Bin]:
    bin_of = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    curve = []
    for number in range(BINS):
        here = bin_of == number
        curve.append(
            Bin(
                low=number / BINS,
                high=(number + 1) / BINS,
                answers=int(here.sum()),
                confidence=float(confidence[here].mean()) if here.any() else None,
                accuracy=float(right[here].mean()) if here.any() else None,
            )
        )
    return curve


def _expected_error(curve: list[Bin]) -> float:
    answers = sum(part.answers for part in curve)
    return sum(
        part.answers / answers * abs(part.accuracy - part.confidence)
        for part in curve
        if part.accuracy is not None and part.confidence is not None
    )
