"""Content of a zip archive's members, unpacked in memory from the bytes that hold them.

Source: APPNOTE.TXT, .ZIP File Format Specification 6.3.10 (PKWARE, 2022).
"""

import bz2
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

HEADER_BYTES = 30 + 2 * 0xFFFF
"""The longest local header: what stands before a member's content."""

_HEADER = struct.Struct("<4s22xHH")  # signature; lengths of name and extra field
_SIGNATURE = b"PK\x03\x04"
_ENDS_WITH_MARKER = 0x2  # flag of LZMA members
_LZMA_MEMORY = 1 << 28  # bytes; a damaged header may ask for 4 GiB


def unpack(stored: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Content of a member, with its length and checksum verified.

    Args:
        stored: The archive from the member's local header to at least the end of its content.
        entry: Entry of the archive's directory, by a method of :data:`METHODS`.

    Raises:
        zipfile.BadZipFile: It is not what the directory says.
        OSError, EOFError, zlib.error, lzma.LZMAError: It can't be decompressed.
    """
    start = content_start(stored)
    packed = memoryview(stored)[start : start + entry.compress_size]
    content = METHODS[entry.compress_type](packed, entry)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile(f"does not unpack to {entry.file_size} bytes, as promised")
    if zlib.crc32(content) != entry.CRC:
        raise zipfile.BadZipFile(f"Bad CRC-32: expected {entry.CRC:08x}")
    return content


def content_start(stored: bytes) -> int:
    """Place of a member's content behind the beginning of its local header.

    Args:
        stored: The archive from the header on.

    Raises:
        zipfile.BadZipFile: There is no header.
    """
    if len(stored) < _HEADER.size:
        raise zipfile.BadZipFile("cut off in its header")
    signature, name_length, extra_length = _HEADER.unpack_from(stored)
    if signature != _SIGNATURE:
        raise zipfile.BadZipFile("no header where the directory says it is")
    return int(_HEADER.size + name_length + extra_length)


def _store(packed: memoryview, entry: zipfile.ZipInfo) -> bytes:
    return bytes(packed[: _limit(entry)])


def _inflate(packed: memoryview, entry: zipfile.ZipInfo) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _limit(entry))


def _bunzip(packed: memoryview, entry: zipfile.ZipInfo) -> bytes:
    return bz2.BZ2Decompressor().decompress(packed, _limit(entry))


def _unlzma(packed: memoryview, entry: zipfile.ZipInfo) -> bytes:
    """Puts the header of a .lzma file before a member: properties and size."""
    marked = entry.flag_bits & _ENDS_WITH_MARKER
    size = struct.pack("<q", -1 if marked else entry.file_size)
    file = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)
    return file.decompress(bytes(packed[4:9]) + size + packed[9:], _limit(entry))


def _limit(entry: zipfile.ZipInfo) -> int:
    """Bytes to unpack at most: one too many shows that there are more than promised."""
    return entry.file_size + 1


METHODS: Mapping[int, Callable[[memoryview, zipfile.ZipInfo], bytes]] = {
    zipfile.ZIP_STORED: _store,
    zipfile.ZIP_DEFLATED: _inflate,
    zipfile.ZIP_BZIP2: _bunzip,
    zipfile.ZIP_LZMA: _unlzma,
}
"""Compression method → how its members are unpacked."""
