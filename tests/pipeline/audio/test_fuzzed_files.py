"""A short run of the fuzzer: whatever a file holds, it is decoded or refused with a reason."""

import pytest

from benchmarks.fuzz_audio import fuzz, whole_files
from pipeline.audio.decoder import decode
from pipeline.audio.recording import AudioError
from tests.conftest import tone
from tests.support.audio import stored


def test_whole_files_of_all_containers_are_decoded() -> None:
    for name, content in whole_files().items():
        assert len(decode(content).samples) > 4_000, name


def test_mutated_files_are_decoded_or_refused() -> None:
    outcomes = fuzz(files=270, seed=7)
    assert all(outcome.total() >= 10 for outcome in outcomes.values())
    assert sum(outcome["slowest ms"] > 20_000 for outcome in outcomes.values()) == 0


def test_a_rate_beyond_floats_is_refused() -> None:
    """Found with seed 1: the examiner of AIFF raised OverflowError, which ended a build."""
    content = bytearray(stored(tone(), kind="AIFF"))
    rate = content.index(b"COMM") + 16
    content[rate : rate + 2] = b"\x7f\xff"
    with pytest.raises(AudioError):
        decode(bytes(content))
