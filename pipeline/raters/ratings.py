"""One rating of those of several raters."""

from collections.abc import Sequence
from math import fsum
from statistics import median
from typing import Literal


def combine(ratings: Sequence[float], how: Literal["mean", "median"]) -> float | None:
    """Mean or median of ratings, whatever their order; None where there is none."""
    if not ratings:
        return None
    return fsum(ratings) / len(ratings) if how == "mean" else median(ratings)
