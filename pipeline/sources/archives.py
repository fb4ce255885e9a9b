"""Archives read in place: the members of a zip or tar file and their content, without unpacking.

Archives come from elsewhere and may hold anything. Nothing is written to disk, and members that no
file of a corpus could be (links, names that lead outside, encrypted or enormous content) are listed
with what is wrong with them, so that they are counted and not read.
"""

import io
import lzma
import struct
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.common.errors import DataError
from pipeline.common.git_lfs import is_pointer
from pipeline.sources import zip_content
from pipeline.sources.archive_members import Member, unpacks_too_large
from pipeline.sources.byte_ranges import RangedFile, unpacked
from pipeline.sources.listing import REPEATED
from pipeline.sources.tar_members import walk_tar
from pipeline.sources.zip_members import zip_members
from pipeline.storage.range_reader import ReadRange

MOST_UNPACKED = 2 << 30
"""Bytes of members of one archive that lie unpacked on disk, unless a single one has more."""

_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz", b"(\xb5": "zstd"}
DAMAGED = (
    *(OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, RuntimeError, ValueError, ArithmeticError, LookupError, TypeError, MemoryError),
)
"""Exceptions that the modules which read archives raise for damaged ones."""


class DamagedArchiveError(DataError):
    """An archive is damaged, or none at all."""


class Archive:
    """The directory of an archive, and its members' content; may be used by several threads."""

    def __init__(
        self,
        members: Iterable[Member],
        read_range: ReadRange,
        entries: Mapping[int, zipfile.ZipInfo] | None = None,
    ) -> None:
        """Takes a directory that was read.

        Args:
            members: Members in any order.
            read_range: Reads parts of the archive.
            entries: Entries of a zip, by where the members start; None for a tar.
        """
        self.members = _mark_repeated(members)
        self._by_path = {member.path: member for member in self.members}  # the last of a name
        self._read_range = read_range
        self._entries = entries
        self._opening = threading.Lock()
        self._opened: dict[str, RangedFile] = {}  # the last used comes last
        self._unpacked: dict[str, int] = {}  # those of them that lie unpacked on disk, with bytes

    def read(self, path: str) -> bytes:
        """Content of a member, in one range of the archive.

        Raises:
            OSError: There is no such member, it must not be read, or it is damaged.
        """
        member = self._by_path.get(path)
        if member is None:
            raise FileNotFoundError(f"the archive holds no {path!r}")
        if member.problem:
            raise OSError(member.problem)
        content = self._read_range(member.start, member.end)
        if self._entries is not None:
            try:
                return zip_content.unpack(content, self._entries[member.start])
            except DAMAGED as error:
                raise OSError(f"damaged in its archive: {error}") from None
        if len(content) != member.size:
            raise OSError(f"{len(content)} bytes in its archive, which promises {member.size}")
        return content

    def open(self, path: str, outer: RangedFile) -> RangedFile:
        """A member of any size that holds others, to be read in ranges.

        One that is stored as it is is read in the archive; another is unpacked to a file without a
        name, which goes when others need its room, unless somebody still reads it.

        Args:
            path: Path of the member.
            outer: This archive.

        Raises:
            OSError: There is no such member, it is damaged, or can't be read.
        """
        with self._opening:
            file = self._opened.pop(path, None) or self._open(path, outer)
            self._opened[path] = file
            return file

    def _open(self, path: str, outer: RangedFile) -> RangedFile:
        member = self._by_path.get(path)
        if member is None:
            raise FileNotFoundError(f"the archive holds no {path!r}")
        if member.problem and member.problem != unpacks_too_large(member.size):
            raise OSError(member.problem)
        location, version = f"{outer.location}/{path}", f"{outer.version} {member.version}"
        if stored := self._part_of(member):
            return RangedFile(location, member.size, version, stored)
        self._make_room(member.size)
        read_range = unpacked(self.read(path))
        self._unpacked[path] = member.size
        return RangedFile(location, member.size, version, read_range, is_temporary=True)

    def _make_room(self, size: int) -> None:
        """Forgets unpacked members, those first that were not used for the longest time."""
        for path in [path for path in self._opened if path in self._unpacked]:
            if sum(self._unpacked.values()) + size <= MOST_UNPACKED:
                break
            del self._opened[path], self._unpacked[path]

    def _part_of(self, member: Member) -> ReadRange | None:
        """Reads parts of a member that is stored as it is; None where it is compressed."""
        start = member.start
        if self._entries is not None:
            entry = self._entries[start]
            if entry.compress_type != zipfile.ZIP_STORED:
                return None
            header = self._read_range(start, min(start + zip_content.HEADER_BYTES, member.end))
            start += zip_content.content_start(header)
        read, end = self._read_range, start + member.size
        return lambda first, last: read(min(start + first, end), min(start + last, end))


def read_directory(
    name: str,
    stream: io.BufferedIOBase,
    size: int,
    read_range: ReadRange,
    encoding: str | None = None,
) -> Archive:
    """Reads the directory of a zip, or the headers of a tar; the content decides which it is.

    Args:
        name: Name of the archive, for messages.
        stream: The archive, seekable.
        size: Size of the archive, in bytes.
        read_range: Reads parts of it later on.
        encoding: Encoding of names that are not marked as UTF-8.

    Raises:
        DamagedArchiveError: It is neither, or is damaged.
        DataError: It is compressed as a whole.
    """
    start = stream.read(64)
    stream.seek(0)
    check_plain(name, start)
    entries = None
    try:
        if zipfile.is_zipfile(stream):
            with zipfile.ZipFile(stream) as directory:
                entries = {entry.header_offset: entry for entry in directory.infolist()}
                members = zip_members(directory.infolist(), size, encoding)
        else:
            stream.seek(0)
            members = [member for member, _ in walk_tar(stream, encoding)]
    except (*DAMAGED, tarfile.TarError) as error:
        raise DamagedArchiveError(f"{name}: {explain(start, error)}") from None
    if members and max(member.end for member in members) > size:
        raise DamagedArchiveError(
            f"{name}: cut off: it holds {size} bytes, its directory names more"
        )
    return Archive(members, read_range, entries)


def check_plain(name: str, start: bytes) -> None:
    """Makes sure that a file is not compressed as a whole, by its first bytes.

    Raises:
        DataError: It is.
    """
    for magic, kind in _COMPRESSED.items():
        if start.startswith(magic):
            raise DataError(
                f"{name}: compressed as a whole ({kind}): no file in it can be read without all "
                "that stand before it; unpack it, or decompress it to a plain .tar"
            )


def _mark_repeated(members: Iterable[Member]) -> list[Member]:
    """Members by path; of those with the same name the last counts, as when unpacked."""
    listed = sorted(members, key=lambda member: (member.path, member.start))
    following = [*(member.path for member in listed[1:]), None]
    return [
        replace(one, problem=one.problem or REPEATED) if one.path == next_path else one
        for one, next_path in zip(listed, following, strict=False)
    ]


def explain(start: bytes, error: Exception) -> str:
    """For an archive that can't be read: its kind by the first bytes, and what to do."""
    if is_pointer(start):
        return "a Git LFS pointer stands where the archive should be; run `git lfs pull`"
    if start.startswith(b"PK"):
        return f"a zip archive that is damaged, cut off, or one part of several: {error}"
    return f"neither a zip nor a tar archive, or damaged: {error}"
