import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio.containers.file_bytes import FileBytes

CONTENT = random.Random(0).randbytes(300) * 10
places = st.one_of(st.none(), st.integers(-3_500, 3_500))


def both(offset: int = 0) -> tuple[FileBytes, bytes]:
    whole = FileBytes(io.BytesIO(CONTENT), len(CONTENT))
    return (whole.behind(offset) if offset else whole), CONTENT[offset:]


@given(places, places, st.sampled_from([1, 2]), st.sampled_from([0, 10, 3_000, 4_000]))
def test_slices_are_those_of_the_bytes(
    start: int | None, stop: int | None, step: int, offset: int
) -> None:
    file, content = both(offset)
    assert file[start:stop:step] == content[start:stop:step]
    assert len(file) == len(content)


@given(st.integers(0, 2_999), st.integers(1, 9), st.integers(0, 3_500))
def test_it_is_searched_as_bytes_are(place: int, length: int, start: int) -> None:
    file, content = both()
    sought = content[place : place + length]
    assert file.find(sought, start) == content.find(sought, start)


def test_bytes_are_indexed_from_both_ends() -> None:
    file, content = both(7)
    assert (file[0], file[-1]) == (content[0], content[-1])
    with pytest.raises(IndexError):
        file[len(content)]


def test_what_lies_across_two_steps_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.audio.containers.file_bytes._STEP", 100)
    content = bytes(98) + b"mark" + bytes(98)
    assert FileBytes(io.BytesIO(content), len(content)).find(b"mark") == 98
