"""The part of a recording that is wanted: frames, and refusals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio.recording import END_TOLERANCE, AudioError, Span, check_rate

seconds = st.floats(-2, 12)


@given(st.none() | seconds, st.none() | seconds, st.integers(0, 100_000), st.integers(1_000, 9_000))
def test_part_lies_in_the_recording_or_is_refused(
    start: float | None, end: float | None, frames: int, rate: int
) -> None:
    try:
        first, last = Span(start, end).frame_range(frames, rate)
    except AudioError:
        return
    assert 0 <= first <= last <= frames
    assert first == round((start or 0) * rate)
    assert last == (frames if end is None else min(round(end * rate), frames))
    assert end is None or end <= frames / rate + END_TOLERANCE


def test_whole_recording_is_the_default() -> None:
    assert Span().frame_range(5, 16_000) == (0, 5)
    assert math.isinf(Span().decoded_seconds)


def test_part_longer_than_allowed_is_refused() -> None:
    assert Span(0.5, 1.5, max_duration=1.0).frame_range(32_000, 16_000) == (8_000, 24_000)
    with pytest.raises(AudioError, match=r"too_long: 1\.50 s, longer than max_duration 1 s"):
        Span(0.5, max_duration=1.0).frame_range(32_000, 16_000)


def test_decoders_may_stop_once_the_part_is_complete_or_too_long() -> None:
    assert Span(2.0, 5.0, max_duration=10.0).decoded_seconds == 13.0
    assert Span(2.0, 50.0, max_duration=10.0).decoded_seconds == 51.0


@pytest.mark.parametrize("rate", [0, -8_000, 999, 1_000_001])
def test_rates_that_no_audio_has_are_refused(rate: int) -> None:
    with pytest.raises(AudioError, match=f"sample rate of {rate:,} Hz"):
        check_rate(rate)


def test_rates_of_audio_are_kept() -> None:
    assert check_rate(24_414) == 24_414


def test_a_part_may_hold_what_recordings_of_its_length_do() -> None:
    hour = Span(max_duration=3_600)
    hour.check_size(3_600 * 48_000, 2)
    Span(max_duration=60).check_size(60 * 192_000, 8)
    Span(start=1e308).check_size(1.0 - 1e308, 2)
    with pytest.raises(AudioError, match=r"too_long: 691,200,000 samples in 4 channels; at most"):
        hour.check_size(3_600 * 48_000, 4)


@pytest.mark.parametrize("end", [2.021, 12.0, 2_000.0])
def test_part_that_ends_behind_the_recording_is_refused(end: float) -> None:
    with pytest.raises(AudioError, match=rf"outside_recording: from 1.5 s to {end:g} s .* 2.00 s"):
        Span(1.5, end).frame_range(32_000, 16_000)


@pytest.mark.parametrize("end", [2.005, 2.02])
def test_part_that_ends_behind_by_rounding_is_taken(end: float) -> None:
    assert Span(1.5, end).frame_range(32_000, 16_000) == (24_000, 32_000)


def test_rate_is_checked_before_anything_else() -> None:
    with pytest.raises(AudioError, match="undecodable: the header gives a sample rate of 1 Hz"):
        Span(max_duration=1.0).frame_range(32_000, 1)
