"""One rating of those of several raters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import median
from typing import Literal, get_args

from pipeline.schema.record import Dimension
from pipeline.schema.utterance import RaterAnswer

Weights = Mapping[Dimension, Mapping[str, float]]
"""Dimension → rater → weight, 0 at least."""


def combine(ratings: Sequence[float], how: Literal["mean", "median"]) -> float | None:
    """Mean or median of ratings, whatever their order; None where there is none."""
    if not ratings:
        return None
    return fsum(ratings) / len(ratings) if how == "mean" else median(ratings)


def weighted_mean(
    answers: Iterable[RaterAnswer], dimension: Dimension, weights: Mapping[str, float]
) -> float | None:
    r"""The evaluator-weighted estimator of a rating; None where nobody gives one.

    .. math:: x = \frac{\sum_k r_k x_k}{\sum_k r_k}

    M. Grimm, K. Kroschel: Evaluation of natural emotions using self assessment manikins, ASRU 2005.
    Where nobody has a weight above 0, it is the plain mean.

    Args:
        answers: On one utterance.
        dimension: Dimension that is rated.
        weights: Rater → :math:`r_k`, as :func:`rater_weights` gives them.
    """
    rated = [
        (rating, weights.get(answer.rater or "", 0.0))
        for answer in answers
        if (rating := getattr(answer, dimension)) is not None
    ]
    total = fsum(weight for _, weight in rated)
    if total <= 0:
        return combine([rating for rating, _ in rated], "mean")
    return fsum(rating * weight for rating, weight in rated) / total


def rater_weights(utterances: Iterable[Sequence[RaterAnswer]]) -> Weights:
    """Weight of each rater: the correlation of their ratings with the mean ratings.

    It is taken over the utterances that the rater and others rated. If it is negative or
    undefined, as for one utterance or for ratings that never vary, the weight is 0.

    Args:
        utterances: Answers on each utterance, in a fixed order.
    """
    sums: dict[Dimension, dict[str, _Sums]] = {}
    for answers in utterances:
        for dimension in get_args(Dimension):
            rated = [
                (answer.rater or "", rating)
                for answer in answers
                if (rating := getattr(answer, dimension)) is not None
            ]
            if len(rated) > 1:
                mean = fsum(rating for _, rating in rated) / len(rated)
                raters = sums.setdefault(dimension, {})
                for rater, rating in rated:
                    raters.setdefault(rater, _Sums()).add(rating, mean)
    return {
        dimension: {rater: max(found.correlation(), 0.0) for rater, found in raters.items()}
        for dimension, raters in sums.items()
    }


@dataclass
class _Sums:
    """Sums from which Pearson's correlation of pairs x and y follows."""

    n: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0

    def add(self, x: float, y: float) -> None:
        self.n += 1
        self.x += x
        self.y += y
        self.xx += x * x
        self.yy += y * y
        self.xy += x * y

    def correlation(self) -> float:
        """Correlation in [−1, 1]; 0 if x or y does not vary."""
        var_x, var_y = self.n * self.xx - self.x**2, self.n * self.yy - self.y**2
        if var_x <= _NO_VARIATION * self.n * self.xx or var_y <= _NO_VARIATION * self.n * self.yy:
            return 0.0
        return (self.n * self.xy - self.x * self.y) / sqrt(var_x * var_y)


_NO_VARIATION = 1e-12
"""Share of the sum of squares up to which a variance counts as rounding error."""
