import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.sources.unpack import can_unpack, unpack_archive
from tests.support.archives import opened, stored_zip


def write_tar(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:xz") as file:
        for member in members:
            member.size = 3 if member.isfile() else 0
            file.addfile(member, io.BytesIO(b"abc") if member.isfile() else None)
    return path


def stored_tar(name: bytes) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT) as file:
        file.addfile(tarfile.TarInfo(name.decode("utf-8", "surrogateescape")))
    return sink.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def test_archives_of_both_kinds_are_unpacked(tmp_path: Path) -> None:
    tar = write_tar(tmp_path / "a.tar.xz", tarfile.TarInfo("wav/1.wav"), tarfile.TarInfo("2.wav"))
    assert unpack_archive(tar, tmp_path / "tar") == 2
    assert (tmp_path / "tar/wav/1.wav").read_bytes() == b"abc"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("wav/1.wav", b"abc")
        file.mkdir("empty")
    assert unpack_archive(tmp_path / "a.zip", tmp_path / "zip") == 1
    assert (tmp_path / "zip/wav/1.wav").read_bytes() == b"abc"


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../out.wav"),
        link("wav", "/etc"),
        link("wav", "../.."),
        link("passwd", "/etc/passwd", tarfile.LNKTYPE),
        link("null", "", tarfile.CHRTYPE),
    ],
    ids=lambda member: f"{member.name} {member.linkname}",
)
def test_no_member_of_a_tar_gets_out(tmp_path: Path, member: tarfile.TarInfo) -> None:
    archive = write_tar(tmp_path / "a.tar.xz", member)
    with pytest.raises(DataError, match=r"a\.tar\.xz"):
        unpack_archive(archive, tmp_path / "folder")
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize("name", ["../out.wav", "a/../../out.wav", "/tmp/out-of-zip.wav"])
def test_no_member_of_a_zip_gets_out(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(name, b"abc")
    with pytest.raises(DataError, match="would lie outside"):
        unpack_archive(tmp_path / "a.zip", tmp_path / "folder")
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
def test_a_damaged_archive_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not an archive")
    with pytest.raises(DataError, match="can't be unpacked"):
        unpack_archive(tmp_path / name, tmp_path / "folder")


NAMES = ["glücklich/é.wav", "刘畅/生气/201.wav", "wav/1.wav"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", [None, "utf-8", "gbk"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_members_are_called_as_when_they_are_read_in_place(
    tmp_path: Path, name: str, encoding: str | None, kind: str
) -> None:
    stored = name.encode(encoding or "utf-8")
    content = stored_zip(stored) if kind == "zip" else stored_tar(stored)
    (tmp_path / f"a.{kind}").write_bytes(content)
    (in_place,) = opened(content, encoding).members
    assert unpack_archive(tmp_path / f"a.{kind}", tmp_path / "folder", encoding) == 1
    (file,) = [file for file in (tmp_path / "folder").rglob("*") if file.is_file()]
    assert file.relative_to(tmp_path / "folder").as_posix() == in_place.path == name


def test_links_in_a_tar_lead_where_its_names_are(tmp_path: Path) -> None:
    names = [name.encode("gbk").decode("utf-8", "surrogateescape") for name in NAMES[1:]]
    hard = link("hard.wav", names[0], tarfile.LNKTYPE)
    archive = write_tar(
        tmp_path / "a.tar.xz", tarfile.TarInfo(names[0]), hard, link("soft.wav", names[0])
    )
    unpack_archive(archive, tmp_path / "folder", "gbk")
    for name in (NAMES[1], "hard.wav", "soft.wav"):
        assert (tmp_path / "folder" / name).read_bytes() == b"abc"


def test_a_name_in_an_encoding_that_nobody_states_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(stored_zip("刘畅/201.wav".encode("gbk")))
    with pytest.raises(DataError, match="name `archive_encoding` in the spec"):
        unpack_archive(tmp_path / "a.zip", tmp_path / "folder")


def test_what_can_be_unpacked() -> None:
    assert can_unpack("A.TAR.GZ")
    assert not can_unpack("a.rar")
