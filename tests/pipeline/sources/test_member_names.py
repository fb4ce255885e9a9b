"""Names in archives: as stated by the archive, by the spec, or refused."""

import io
import struct
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.member_names import zip_name
from tests.support.archives import opened, stored_zip


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("刘畅/生气/201.wav", "gbk"),
        ("怒り/あ.wav", "shift_jis"),
        ("분노/1.wav", "cp949"),
        ("гнев/1.wav", "cp866"),
        ("wütend/é.wav", "cp1252"),
    ],
)
def test_the_encoding_that_the_spec_states_is_used(name: str, encoding: str) -> None:
    (member,) = opened(stored_zip(name.encode(encoding)), encoding).members
    assert (member.path, member.problem) == (name, None)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("刘畅/生气/201.wav", "gbk"), ("怒り/1.wav", "shift_jis"), ("분노/1.wav", "cp949"),
     ("радость/1.wav", "cp866"), ("wütend/1.wav", "cp1252")],
)  # fmt: skip
def test_a_name_in_no_stated_encoding_is_refused_not_guessed(name: str, encoding: str) -> None:
    (member,) = opened(stored_zip(name.encode(encoding))).members
    assert member.problem
    assert "name `archive_encoding` in the spec" in member.problem


def test_what_the_archive_states_comes_first() -> None:
    utf8 = "怒り/1.wav".encode()
    (marked,) = opened(stored_zip(utf8, flags=0x800), "gbk").members
    stored = "??/1.wäv".encode("cp437")
    field = b"\1" + struct.pack("<I", zlib.crc32(stored)) + utf8
    extra = struct.pack("<HH", 0x7075, len(field)) + field
    (extended,) = opened(stored_zip(stored, extra=extra), "gbk").members
    assert (marked.path, extended.path) == ("怒り/1.wav", "怒り/1.wav")


def test_words_in_the_code_page_of_the_format_are_read() -> None:
    (member,) = opened(stored_zip("wütend/é.wav".encode("cp437"))).members
    assert (member.path, member.problem) == ("wütend/é.wav", None)


def test_a_name_that_is_not_in_the_stated_encoding_says_so() -> None:
    (member,) = opened(stored_zip(b"\xff\xff.wav"), "gbk").members
    assert member.problem
    assert "is not in the `archive_encoding` gbk" in member.problem


def test_an_entry_without_a_name_is_counted() -> None:
    (member,) = opened(stored_zip(b"")).members
    assert member.problem == "it has no name"


def test_names_of_a_tar_are_read_alike() -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.USTAR_FORMAT, encoding="gbk") as tar:
        tar.addfile(tarfile.TarInfo("生气/1.wav"), io.BytesIO())
    assert [m.path for m in opened(sink.getvalue(), "gbk").members] == ["生气/1.wav"]
    (member,) = opened(sink.getvalue()).members
    assert member.problem == "its name is not UTF-8 text"


@given(st.text(min_size=1, max_size=20), st.sampled_from(["gbk", "shift_jis", None]))
def test_every_name_gives_text(name: str, encoding: str | None) -> None:
    entry = zipfile.ZipInfo()
    entry.orig_filename = name.encode("utf-8", "replace").decode("cp437")
    zip_name(entry, encoding)


def test_a_name_longer_than_any_file_has_is_counted() -> None:
    (member,) = opened(stored_zip(b"a/" * 30_000 + b"b.wav")).members
    assert member.problem == "its name has 60,005 characters, more than any file's"
    assert len(member.path) < 300
    assert member.path.endswith("b.wav")
