"""Zip and tar files, made in memory."""

import io
import struct
import tarfile
import zipfile
import zlib

from pipeline.sources.archives import Archive, read_directory


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these members."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return sink.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w", **how: object) -> bytes:
    """A tar file of these members, compressed as the mode says."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode, **how) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return sink.getvalue()


def stored_zip(name: bytes, flags: int = 0, extra: bytes = b"") -> bytes:
    """A zip of one empty member, its name as these bytes."""
    crc = zlib.crc32(b"")
    local = struct.pack(
        "<4s5H3I2H", b"PK\3\4", 20, flags, 0, 0, 0x5A21, crc, 0, 0, len(name), len(extra)
    )
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, flags, 0, 0, 0x5A21, crc, 0, 0, len(name), len(extra),
        0, 0, 0, 0, 0,
    )  # fmt: skip
    directory = entry + name + extra
    start = len(local) + len(name) + len(extra)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), start, 0)
    return local + name + extra + directory + end


def opened(content: bytes, encoding: str | None = None) -> Archive:
    """The directory of a zip file that is called ``it``."""
    stream = io.BytesIO(content)
    return read_directory("it", stream, len(content), lambda a, b: content[a:b], encoding)
