"""Sub-fingerprints stay as they are when level, rate or codec change."""

import numpy as np
import pytest
import soxr

from pipeline.fingerprinting.bit_errors import bit_errors
from pipeline.fingerprinting.subfingerprints import FRAME_SECONDS, subfingerprints
from tests.support.babble import RATE, babble


def share_of_errors(one: np.ndarray, other: np.ndarray) -> float:
    prints = [subfingerprints(clip) for clip in (one, other)]
    both = prints[0].loud & prints[1].loud
    return float(bit_errors(prints[0].codes, prints[1].codes)[both].mean() / 32)


def test_one_comes_every_twelve_milliseconds() -> None:
    prints = subfingerprints(babble(2.0, 0))
    assert round(FRAME_SECONDS, 6) == 0.012
    assert len(prints.codes) == len(prints.loud) == len(prints.weakest)
    assert len(prints.codes) * FRAME_SECONDS == pytest.approx(2.0 - 0.2, abs=0.03)


def test_level_and_a_telephone_change_few_bits_and_another_clip_half_of_them() -> None:
    clip = babble(2.0, 1)
    narrow = soxr.resample(soxr.resample(clip, RATE, 8_000), 8_000, RATE)
    assert share_of_errors(clip, (clip // 4).astype(np.int16)) < 0.02
    assert share_of_errors(clip, narrow[: len(clip)].astype(np.int16)) < 0.05
    assert share_of_errors(clip, babble(2.0, 2)) > 0.35


@pytest.mark.parametrize("samples", [0, 1, 1_000, 3_200])
def test_what_is_too_short_has_none(samples: int) -> None:
    assert not len(subfingerprints(np.ones(samples, np.int16)).codes)


def test_silence_and_what_is_soft_count_for_nothing() -> None:
    assert not subfingerprints(np.zeros(RATE, np.int16)).loud.any()
    clip = np.concatenate([np.zeros(RATE, np.int16), babble(1.0, 3)])
    loud = subfingerprints(clip).loud
    assert not loud[: round(0.7 / FRAME_SECONDS)].any()
    assert loud[-10:].any()
