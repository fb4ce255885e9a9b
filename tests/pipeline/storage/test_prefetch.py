"""Files fetched ahead: in order, and never more than are allowed."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.storage.prefetch import PrefetchReader, prefetch


@settings(max_examples=30)
@given(st.lists(st.integers(0, 50), max_size=12), st.integers(1, 4), st.integers(1, 100))
def test_order_and_bounds(sizes: list[int], in_flight: int, memory: int) -> None:
    files = [(str(number), size) for number, size in enumerate(sizes)]
    lock, asked, given_out = threading.Lock(), 0, 0

    def read(path: str) -> bytes:
        nonlocal asked
        with lock:
            asked += 1
            held = sizes[given_out:asked]
            assert len(held) <= in_flight + 1  # the one that is handed out counts
        time.sleep(0)
        return path.encode()

    for path, content in prefetch(files, read, in_flight, memory):
        assert content.result() == path.encode() == str(given_out).encode()
        given_out += 1
    assert given_out == len(files)


def test_a_file_that_is_not_as_long_as_listed_is_refused() -> None:
    reader = PrefetchReader([("a", 1), ("b", 5)], str.encode)
    assert reader.read("a") == b"a"
    with pytest.raises(OSError, match="1 bytes where 5 were listed"):
        reader.read("b")


@given(st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcdef")))
def test_files_may_be_asked_for_in_another_order(planned: list[str], asked: list[str]) -> None:
    reader = PrefetchReader([(path, 1) for path in planned], str.encode)
    assert [reader.read(path) for path in asked] == [path.encode() for path in asked]


def test_a_file_that_is_asked_for_in_turn_is_read_once() -> None:
    read: list[str] = []
    reader = PrefetchReader([("a", 1), ("b", 1)], lambda path: read.append(path) or path.encode())
    for path in "aabb":
        reader.read(path)
    assert sorted(read) == ["a", "b"]
