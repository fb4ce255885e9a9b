"""A short run of the fuzzer; ``python benchmarks/fuzz_tables.py`` is the long one."""

import pytest

from benchmarks.fuzz_tables import KINDS, fuzz, run_case


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_refused(kind: str) -> None:
    outcomes, faults = fuzz(kind, range(60))
    assert faults == {}
    assert outcomes["read"]
    assert outcomes["refused"]


def test_a_number_is_always_the_same_case() -> None:
    assert [run_case("tables", n) for n in range(5)] == [run_case("tables", n) for n in range(5)]
