"""A short run of the fuzzer: whatever a file holds, it is decoded or refused with a reason."""

from benchmarks.fuzz_audio import fuzz, whole_files
from pipeline.audio.decoder import decode


def test_whole_files_of_all_containers_are_decoded() -> None:
    for name, content in whole_files().items():
        assert len(decode(content).samples) > 4_000, name


def test_mutated_files_are_decoded_or_refused() -> None:
    outcomes = fuzz(files=270, seed=7)
    assert all(outcome.total() > 10 for outcome in outcomes.values())
    assert sum(outcome["slowest ms"] > 20_000 for outcome in outcomes.values()) == 0
