"""Members of zip archives are unpacked as zipfile does, from their own bytes alone."""

import io
import os
import tracemalloc
import zipfile
from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.zip_content import METHODS, unpack


class Pipe(io.BytesIO):
    """Can't be sought, so that sizes and checksums come after the content."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError


def pack(content: bytes, method: int, sink: io.BytesIO | None = None, large: bool = False) -> bytes:
    sink = io.BytesIO() if sink is None else sink
    entry = zipfile.ZipInfo("wav/a.wav")
    entry.compress_type = method
    with zipfile.ZipFile(sink, "w") as archive, archive.open(entry, "w", force_zip64=large) as file:
        file.write(content)
    return sink.getvalue()


def stored_and_entry(archive: bytes) -> tuple[bytes, zipfile.ZipInfo]:
    (entry,) = zipfile.ZipFile(io.BytesIO(archive)).infolist()
    return archive[entry.header_offset :], entry


@given(st.binary(max_size=2_000), st.sampled_from(sorted(METHODS)), st.booleans(), st.booleans())
def test_content_is_what_was_packed(content: bytes, method: int, piped: bool, large: bool) -> None:
    archive = pack(content, method, Pipe() if piped else None, large)
    assert unpack(*stored_and_entry(archive)) == content


def test_archive_behind_a_program_is_read() -> None:
    archive = b"#!/bin/sh\n" * 9 + pack(b"content", zipfile.ZIP_DEFLATED)
    stored, entry = stored_and_entry(archive)
    assert entry.header_offset == 90
    assert unpack(stored, entry) == b"content"


def test_lzma_without_a_marker_at_its_end_is_read() -> None:
    stored, entry = stored_and_entry(pack(b"content" * 9, zipfile.ZIP_LZMA))
    unmarked = copy(entry)
    unmarked.flag_bits &= ~0x2
    assert unpack(stored, unmarked) == b"content" * 9


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize(("at", "bits"), [(60, 0xFF), (400, 0x01)])
def test_damage_is_found(method: int, at: int, bits: int) -> None:
    stored, entry = stored_and_entry(pack(os.urandom(900), method))
    damaged = bytearray(stored)
    damaged[at] ^= bits
    with pytest.raises(Exception):  # noqa: B017, PT011 (what each decompressor raises)
        unpack(bytes(damaged), entry)


@pytest.mark.parametrize(
    ("stored", "message"), [(b"PK\x03\x04", "cut off"), (b"PK\x05\x06" + bytes(40), "no header")]
)
def test_what_is_no_member_is_refused(stored: bytes, message: str) -> None:
    _, entry = stored_and_entry(pack(b"content", zipfile.ZIP_STORED))
    with pytest.raises(zipfile.BadZipFile, match=message):
        unpack(stored, entry)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_no_more_is_unpacked_than_the_directory_promises(method: int) -> None:
    stored, entry = stored_and_entry(pack(bytes(50_000_000), method))
    entry.file_size = 1_000
    tracemalloc.start()
    with pytest.raises(zipfile.BadZipFile, match="does not unpack to 1000 bytes"):
        unpack(stored, entry)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000  # LZMA has a dictionary of 8 MiB
