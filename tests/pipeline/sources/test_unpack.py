import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.sources.unpack import can_unpack, unpack_archive


def write_tar(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:xz") as file:
        for member in members:
            member.size = 3 if member.isfile() else 0
            file.addfile(member, io.BytesIO(b"abc") if member.isfile() else None)
    return path


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


def test_what_can_be_unpacked() -> None:
    assert can_unpack("A.TAR.GZ")
    assert not can_unpack("a.rar")
