import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.recording import AudioError
from training.inference.windows import prepare_windows, sliding_windows


@settings(deadline=None)
@given(st.integers(1, 4_000), st.integers(1, 900), st.lists(st.integers(1, 1_500), min_size=1))
def test_windows_cover_a_recording_however_it_comes_in_blocks(
    length: int, width: int, sizes: list[int]
) -> None:
    samples = np.arange(length, dtype=np.float32)
    edges = [0, *itertools.accumulate(itertools.islice(itertools.cycle(sizes), length))]
    blocks = [samples[a:b] for a, b in itertools.pairwise(edges) if a < length]
    windows = list(sliding_windows(blocks, width))
    for start, window in windows:
        np.testing.assert_array_equal(window, samples[start : start + width])
    starts = [start for start, _ in windows]
    hop = max(1, width // 2)
    assert starts == [*range(0, max(0, length - width), hop), max(0, length - width)]


def test_silent_windows_are_marked_and_nothing_is_an_error() -> None:
    blocks = [np.sin(np.arange(16_000, dtype=np.float32)), np.full(48_000, 1e-9, np.float32)]
    marks = [one.samples is None for one in prepare_windows(blocks, 1.0)]
    assert marks == [False, False, True, True, True, True, True]
    with pytest.raises(AudioError, match="no samples"):
        list(prepare_windows([], 1.0))


def test_samples_that_are_no_numbers_are_not_silence() -> None:
    broken = np.sin(np.arange(48_000, dtype=np.float32))
    broken[30_000] = np.nan
    with pytest.raises(AudioError, match="undecodable"):
        list(prepare_windows([broken], 1.0))
