"""Members of zips: where they lie, and why some can't be read."""

import io
import stat
import zipfile

import pytest

from pipeline.sources import archive_members
from pipeline.sources.zip_members import zip_members
from tests.support.archives import zipped


def entries(content: bytes) -> list[zipfile.ZipInfo]:
    return zipfile.ZipFile(io.BytesIO(content)).infolist()


def test_each_lies_before_the_next() -> None:
    content = zipped({"wav/": b"", "wav/1.wav": b"one", "wav/2.wav": b"two"}, zipfile.ZIP_STORED)
    first, second = zip_members(entries(content), len(content), None)
    assert (first.path, second.path) == ("wav/1.wav", "wav/2.wav")
    assert b"one" in content[first.start : first.end]
    assert first.end == second.start


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"flag_bits": 1}, "encrypted"),
        ({"external_attr": stat.S_IFLNK << 16}, "a symbolic link"),
        ({"compress_type": 99}, "compressed by method 99"),
        ({"file_size": 1 << 31}, "unpacks to 2,147,483,648 bytes, more than"),
    ],
)
def test_what_can_not_be_read_is_said(change: dict[str, int], problem: str) -> None:
    content = zipped({"1.wav": b"one"})
    (entry,) = entries(content)
    for name, value in change.items():
        setattr(entry, name, value)
    (member,) = zip_members([entry], len(content), None)
    assert problem in (member.problem or "")


def test_more_members_than_are_read_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_members, "MOST_MEMBERS", 1)
    content = zipped({"1.wav": b"one", "2.wav": b"two"})
    with pytest.raises(ValueError, match="more than 1 members; unpack it"):
        zip_members(entries(content), len(content), None)
