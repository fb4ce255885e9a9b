"""Members of tars: their names, content and problems, one after another."""

import io
import tarfile

import pytest

from pipeline.sources import archive_members
from pipeline.sources.tar_members import walk_tar
from tests.support.archives import tarred


def test_members_are_read_while_they_are_walked() -> None:
    files = {"wav/1.wav": b"one", "wav/2.wav": b"two"}
    content = tarred(files)
    for member, read in walk_tar(io.BytesIO(content)):
        assert read() == files[member.path] == content[member.start : member.end]
        assert member.problem is None


def test_what_is_no_file_is_said_and_folders_are_none() -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, kind in (
            ("dir", tarfile.DIRTYPE),
            ("a", tarfile.SYMTYPE),
            ("b", tarfile.FIFOTYPE),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd" if name == "a" else ""
            archive.addfile(entry)
    sink.seek(0)
    problems = {member.path: member.problem for member, _ in walk_tar(sink)}
    assert problems == {"a": "a link to '/etc/passwd'; only files are read", "b": "no regular file"}


def test_more_members_than_are_read_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_members, "MOST_MEMBERS", 1)
    with pytest.raises(ValueError, match="more than 1 members; unpack it"):
        list(walk_tar(io.BytesIO(tarred({"1.wav": b"one", "2.wav": b"two"}))))
