import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dataset.manifest import BINS
from pipeline.dataset.manifest_builder import (
    count_durations,
    count_shared_speakers,
    count_values,
    summarise_gains,
)


def test_lengths_fall_into_bins_of_half_a_second() -> None:
    durations = count_durations(pd.Series([0.2, 0.5, 0.9, 14.99, 15.0, 59.0], dtype="float32"))
    assert len(durations.counts) == BINS
    assert [i for i, count in enumerate(durations.counts) if count] == [0, 1, 29, 30]
    assert (durations.counts[1], durations.counts[30]) == (2, 2)
    assert (durations.shortest, durations.longest) == (0.2, 59.0)


def test_shared_speakers_are_counted_by_pair_and_unknown_ones_are_not() -> None:
    rows = pd.DataFrame(
        {"speaker": ["a", "a", "b", "b", None, None], "split": ["train", "test"] * 3}
    )
    assert count_shared_speakers(rows) == {
        "train ∩ validation": 0, "train ∩ test": 2, "validation ∩ test": 0
    }  # fmt: skip


def test_values_are_counted_the_most_frequent_first() -> None:
    assert count_values(pd.Series(["b", "a", None, "b"])) == {"b": 2, "a": 1, "unknown": 1}


@given(st.lists(st.floats(0, 100, width=32)))
def test_every_clip_is_in_one_bin(seconds: list[float]) -> None:
    durations = count_durations(pd.Series(seconds, dtype="float32"))
    assert sum(durations.counts) == len(seconds)


def test_gains_of_no_clip_are_none_and_percentiles_otherwise() -> None:
    assert summarise_gains(pd.Series([], dtype="float32")) is None
    gains = summarise_gains(pd.Series(range(101), dtype="float32"))
    assert gains is not None
    assert (gains.low, gains.median, gains.high) == (5.0, 50.0, 95.0)
