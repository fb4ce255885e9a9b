"""Statistics of a dataset's rows that its manifest holds and its report shows."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from pipeline.schema.record import SPLITS

BIN = 0.5
"""Width of a bin of the histogram of lengths, in s."""

BINS = 31
"""Number of bins; the last one holds all clips of 15 s and more."""

SPLIT_PAIRS = tuple(f"{one} ∩ {other}" for one, other in combinations(SPLITS, 2))
"""Names of the pairs of splits."""


class Durations(BaseModel):
    """Lengths of clips, in s.

    Attributes:
        counts: Clips in every bin of :data:`BIN` s, from 0.
    """

    model_config = ConfigDict(frozen=True)

    counts: list[int] = []
    shortest: float = 0.0
    median: float = 0.0
    longest: float = 0.0


class Gains(BaseModel):
    """Gains that level normalisation applied, in dB: the 5th, 50th and 95th percentile."""

    model_config = ConfigDict(frozen=True)

    low: float
    median: float
    high: float


def count_durations(seconds: "pd.Series[float]") -> Durations:
    """Histogram and range of lengths in s."""
    if seconds.empty:
        return Durations()
    bins = (seconds // BIN).clip(upper=BINS - 1).astype(int).value_counts()
    return Durations(
        counts=[int(bins.get(index, 0)) for index in range(BINS)],
        shortest=round(float(seconds.min()), 3),
        median=round(float(seconds.median()), 3),
        longest=round(float(seconds.max()), 3),
    )


def summarise_gains(gains: "pd.Series[float]") -> Gains | None:
    """Range of gains in dB; None where there is none."""
    if gains.empty:
        return None
    low, median, high = (round(float(gains.quantile(q)), 2) for q in (0.05, 0.5, 0.95))
    return Gains(low=low, median=median, high=high)


def count_values(column: "pd.Series[Any]", missing: str = "unknown") -> dict[str, int]:
    """How often each value occurs, the most frequent first."""
    counts = column.astype(object).fillna(missing).value_counts()
    pairs = ((str(value), int(count)) for value, count in counts.items())
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def count_shared_speakers(rows: pd.DataFrame) -> dict[str, int]:
    """Speakers who stand in both splits of a pair."""
    speakers = {split: set(rows["speaker"][rows["split"] == split].dropna()) for split in SPLITS}
    return {
        pair: len(speakers[one] & speakers[other])
        for pair, (one, other) in zip(SPLIT_PAIRS, combinations(SPLITS, 2), strict=True)
    }


def add_counts(parts: Iterable[list[int]]) -> list[int]:
    """Sum of histograms, bin by bin."""
    return [sum(bins) for bins in zip(*(part for part in parts if part), strict=True)]
