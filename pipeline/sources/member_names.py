"""Names of archive members as text, in the encoding that the archive or the spec states."""

import struct
import unicodedata
import zipfile
import zlib

_MARKED_UTF8 = 0x800  # flag of a zip entry whose name is UTF-8
_UNICODE_PATH = 0x7075  # extra field with the name in UTF-8, by Info-ZIP
_SHOWN = 60  # characters of a name in a message


def zip_name(entry: zipfile.ZipInfo, encoding: str | None) -> tuple[str, str | None]:
    """Name of a zip entry, and why it can't be trusted, if it can't.

    What the archive states comes first, then what the spec states. Many writers store UTF-8
    unmarked; other text hardly ever decodes as UTF-8. The rest is read as code page 437, the
    default of the format, if that gives letters; symbols mean that it is in another encoding.

    Args:
        entry: Entry of the archive's directory.
        encoding: Encoding of names that are not marked as UTF-8; None if the spec states none.
    """
    name, problem = _decode_zip_name(entry, encoding)
    return name if "/" in name else name.replace("\\", "/"), problem


def tar_name(name: str, encoding: str | None) -> str:
    """Name of a tar entry; one that is not UTF-8 is read in the encoding that the spec states."""
    try:
        name.encode()
    except UnicodeEncodeError:  # tarfile keeps the other bytes as halves of surrogate pairs
        if encoding:
            return name.encode("utf-8", "surrogateescape").decode(encoding, "surrogateescape")
    return name


def _decode_zip_name(entry: zipfile.ZipInfo, encoding: str | None) -> tuple[str, str | None]:
    name = entry.orig_filename
    if entry.flag_bits & _MARKED_UTF8 or name.isascii():
        return name, None
    stored = name.encode("cp437")  # as zipfile has decoded it
    if stated := _unicode_path(entry.extra, stored):
        return stated, None
    for candidate in filter(None, (encoding, "utf-8")):
        try:
            return stored.decode(candidate), None
        except UnicodeError:
            continue
    if encoding:
        return name, f"its name {name[:_SHOWN]!r} is not in the `archive_encoding` {encoding}"
    if all(sign.isascii() or _is_latin_letter(sign) for sign in name):
        return name, None
    return name, (
        f"its name, {name[:_SHOWN]!r} in code page 437, is in an encoding that the archive does "
        "not state; name `archive_encoding` in the spec, such as gbk, shift_jis or cp1252"
    )


def _is_latin_letter(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("LATIN")


def _unicode_path(extra: bytes, stored: bytes) -> str | None:
    """The name in UTF-8 that an extra field holds, if it belongs to the stored name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        content, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(content) > 5 and content[0] == 1:
            (checksum,) = struct.unpack_from("<I", content, 1)
            if checksum == zlib.crc32(stored):
                return content[5:].decode("utf-8", "surrogateescape")
    return None
