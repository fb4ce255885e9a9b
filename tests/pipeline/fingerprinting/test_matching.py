"""The same recording is known again, and no other is taken for it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.fingerprinting.matching import find_matches, highest_error
from pipeline.fingerprinting.subfingerprints import subfingerprints
from tests.support.babble import RATE, babble

NOISE = np.random.default_rng(0).standard_normal(4 * RATE)

CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "nothing": lambda clip: clip,
    "+6 dB, clipped": lambda clip: np.clip(2.0 * clip, -32768, 32767),
    "-12 dB": lambda clip: clip / 4,
    "upside down": lambda clip: -1.0 * clip,
    "start trimmed": lambda clip: clip[4_800:],
    "end trimmed": lambda clip: clip[:-8_000],
    "silence before": lambda clip: np.concatenate([np.zeros(5_001), clip]),
    "noise at 30 dB": lambda clip: clip + NOISE[: len(clip)] * clip.std() / 10**1.5,
}


def pairs(*clips: np.ndarray) -> list[tuple[int, int]]:
    prints = [subfingerprints(clip.astype(np.int16)) for clip in clips]
    return [(match.first, match.second) for match in find_matches(prints)]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_among_others(change: str) -> None:
    clip = babble(2.0, 11)
    changed = CHANGES[change](clip)
    assert pairs(babble(2.0, 12), clip, babble(3.0, 13), changed) == [(1, 3)]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 16_000), st.floats(0.1, 1.0))
def test_any_offset_is_told(start: int, level: float) -> None:
    clip = babble(2.5, 14)
    cut = (clip[start:] * level).astype(np.int16)
    (match,) = find_matches([subfingerprints(clip), subfingerprints(cut)])
    assert match.offset == pytest.approx(start / RATE, abs=0.013)
    assert match.error < 0.2


def test_a_short_passage_in_common_is_no_copy() -> None:
    jingle = babble(0.8, 15)
    clips = [np.concatenate([jingle, babble(3.0, seed)]) for seed in (16, 17)]
    assert pairs(*clips) == []


def test_silence_and_hums_match_nothing() -> None:
    hum = 8_000 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)
    assert pairs(np.zeros(RATE), np.zeros(RATE), hum, NOISE[:RATE] * 1000) == []


def test_fewer_frames_must_agree_better() -> None:
    allowed = highest_error(np.array([20, 40, 100, 1000])).tolist()
    assert allowed == sorted(allowed)
    assert allowed[0] < 0.1
    assert allowed[-1] == 0.22
