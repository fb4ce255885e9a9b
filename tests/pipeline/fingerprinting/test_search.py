import numpy as np

from pipeline.fingerprinting.collection import Fingerprints
from pipeline.fingerprinting.search import find_candidates
from pipeline.fingerprinting.subfingerprints import HOP, subfingerprints
from tests.support.babble import babble


def test_a_part_of_a_clip_is_found_at_its_offset() -> None:
    clip = babble(2.0, 7)
    later = 40 * HOP * 3  # samples at 16 kHz
    clips = [babble(2.0, 8), clip, clip[later:], babble(1.0, 9)]
    found = find_candidates(Fingerprints.of([subfingerprints(one) for one in clips]))
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == {(1, 2)}
    assert 40 in found.offset


def test_a_clip_that_hums_is_no_candidate_with_itself() -> None:
    hum = (8_000 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)).astype(np.int16)
    assert not len(find_candidates(Fingerprints.of([subfingerprints(hum)])).first)


def test_nothing_among_nothing() -> None:
    assert not len(find_candidates(Fingerprints.of([])).first)
