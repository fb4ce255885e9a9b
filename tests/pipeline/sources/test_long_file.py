import io
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xxhash import xxh3_128_hexdigest

from pipeline.sources.long_file import HELD, LongFile

CONTENT = random.Random(0).randbytes(10_000)


class Ranges:
    """Content that notes what is asked of it."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.asked: list[tuple[int, int]] = []

    def __call__(self, start: int, end: int) -> bytes:
        self.asked.append((start, end))
        return self.content[start:end]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 11_000), st.integers(0, 3_000), st.booleans())),
    st.sampled_from([1, 7, 1_000, 20_000]),
    st.booleans(),
)
def test_it_reads_like_any_file_and_knows_its_checksum(
    steps: list[tuple[int, int, bool]], block: int, ahead: bool
) -> None:
    file = LongFile(Ranges(), len(CONTENT), block, ahead=ahead and block > 7)
    like = io.BytesIO(CONTENT)
    for place, size, keep_up in steps:
        assert file.seek(place) == like.seek(place)
        assert file.read(size) == like.read(size)
        assert file.tell() == place + len(CONTENT[place : place + size])
        if keep_up:
            file.keep_up()
    assert file.checksum() == xxh3_128_hexdigest(CONTENT)
    file.close()


@pytest.mark.parametrize("ahead", [False, True])
def test_parts_in_order_ask_for_each_byte_once(ahead: bool) -> None:
    ranges = Ranges()
    file = LongFile(ranges, len(CONTENT), block=100, ahead=ahead)
    file.seek(-50, io.SEEK_END)  # decoders look at the end first
    file.read(50)
    for start in range(0, 9_000, 700):
        file.seek(start)
        file.read(300)
        file.keep_up()
    assert file.checksum() == xxh3_128_hexdigest(CONTENT)
    file.close()
    assert sorted(ranges.asked) == [(start, start + 100) for start in range(0, 10_000, 100)]


def test_a_known_checksum_spares_what_lies_between_the_parts() -> None:
    ranges = Ranges()
    file = LongFile(ranges, len(CONTENT), block=100, xxh3="known")
    for start in (0, 5_000):
        file.seek(start)
        file.read(100)
        file.keep_up()
    assert file.checksum() == "known"
    assert ranges.asked == [(0, 100), (5_000, 5_100)]


def test_it_holds_no_more_than_it_says() -> None:
    content = bytes(3 * HELD)
    file = LongFile(lambda start, end: content[start:end], len(content))
    while file.read(1 << 20):
        pass
    assert sum(map(len, file._blocks.values())) <= HELD


@pytest.mark.parametrize("at", [4, 98, 99, 100, 5_000, 9_996])
def test_a_mark_is_found_wherever_it_stands(at: int) -> None:
    content = b"MARK" + bytes(9_996)
    content = content[:at] + b"MARK" + content[at + 4 :]
    file = LongFile(Ranges(content), len(content), block=100, mark=b"MARK")
    file.checksum()
    assert file.has_mark
    first = LongFile(Ranges(b"MARK" + bytes(9_996)), 10_000, block=100, mark=b"MARK")
    first.checksum()
    assert not first.has_mark


def test_a_file_that_was_cut_since_its_listing_is_an_error() -> None:
    file = LongFile(Ranges(CONTENT[:5_000]), len(CONTENT), block=1_000)
    assert file.read(5_000) == CONTENT[:5_000]
    with pytest.raises(OSError, match="5000 bytes where 10000 were listed"):
        file.read(1)


def test_seeking_is_relative_to_start_place_and_end() -> None:
    file = LongFile(Ranges(), len(CONTENT), block=1_000)
    places = [file.seek(10), file.seek(5, io.SEEK_CUR), file.seek(-1, io.SEEK_END), file.seek(-9)]
    assert places == [10, 15, 9_999, 0]
    assert all(a != b for a, b in pairwise(places))
    assert file.readable()
    assert file.seekable()


def test_what_fails_ahead_is_said_when_it_is_wanted() -> None:
    def read(start: int, end: int) -> bytes:
        if start >= 300:
            raise OSError("gone")
        return CONTENT[start:end]

    file = LongFile(read, len(CONTENT), block=100, ahead=True)
    assert file.read(300) == CONTENT[:300]
    with pytest.raises(OSError, match="gone"):
        file.read(1)
    file.close()
