"""Archives read in place: the members of a zip or tar file and their content, without unpacking.

Archives come from elsewhere and may hold anything. Nothing is written to disk, and members that no
file of a corpus could be (links, names that lead outside, encrypted or enormous content) are listed
with what is wrong with them, so that they are counted and not read.
"""

import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.common.errors import DataError
from pipeline.sources import zip_content
from pipeline.sources.byte_ranges import RangedFile, unpacked
from pipeline.sources.clip_names import clip_name
from pipeline.sources.listing import REPEATED
from pipeline.sources.member_names import tar_name, zip_name
from pipeline.storage.range_reader import ReadRange

LARGEST_MEMBER = 1 << 30
"""Members that unpack to more than 1 GiB are not read: no clip is that long, but zip bombs are."""

MOST_MEMBERS = 1_000_000

_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz", b"(\xb5": "zstd"}
DAMAGED = (
    *(OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, RuntimeError, ValueError, ArithmeticError, LookupError, TypeError, MemoryError),
)
"""What the modules that read archives raise of damaged ones, whatever it means."""


class DamagedArchiveError(DataError):
    """An archive is damaged, or none at all."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        path: Below the archive's root, ``/``-separated.
        size: In bytes, unpacked.
        version: Differs whenever the content does: checksum and time in a zip, time in a tar.
        problem: Why it can't be read, if it can't.
        start: Where the archive holds it: a tar its bytes, a zip the header before them.
        end: Before what byte it ends there.
    """

    path: str
    size: int
    version: str
    problem: str | None
    start: int
    end: int


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
            members: In any order.
            read_range: Reads parts of the archive.
            entries: Of a zip, by where the members start; None for a tar.
        """
        self.members = _mark_repeated(members)
        self._by_path = {member.path: member for member in self.members}  # the last of a name
        self._read_range = read_range
        self._entries = entries
        self._nested: dict[str, RangedFile] = {}

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
        name, which ends with this archive.

        Args:
            path: Of the member.
            outer: This archive.

        Raises:
            OSError: There is no such member, it is damaged, or can't be read.
        """
        if path not in self._nested:
            member = self._by_path.get(path)
            if member is None:
                raise FileNotFoundError(f"the archive holds no {path!r}")
            if member.problem and member.problem != _too_large(member.size):
                raise OSError(member.problem)
            self._nested[path] = RangedFile(
                f"{outer.location}/{path}",
                member.size,
                f"{outer.version} {member.version}",
                self._part_of(member) or unpacked(self.read(path)),
            )
        return self._nested[path]

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
        name: Of the archive, for messages.
        stream: The archive, seekable.
        size: Of the archive, in bytes.
        read_range: Reads parts of it later on.
        encoding: Of names that are not marked as UTF-8.

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
                members = _zip_members(directory.infolist(), size, encoding)
        else:
            stream.seek(0)
            members = _tar_members(stream, encoding)
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


def _zip_members(
    directory: Iterable[zipfile.ZipInfo], size: int, encoding: str | None
) -> list[Member]:
    """Members by the entries of a zip of ``size`` bytes."""
    entries = sorted(directory, key=lambda entry: entry.header_offset)
    check_count(len(entries))
    ends = [*(entry.header_offset for entry in entries[1:]), size]
    members = []
    for entry, next_start in zip(entries, ends, strict=False):
        if entry.orig_filename.endswith("/"):
            continue
        name, guessed = zip_name(entry, encoding)
        path, problem = clip_name(name)
        longest = zip_content.HEADER_BYTES + entry.compress_size
        members.append(
            Member(
                path,
                entry.file_size,
                version=f"{entry.CRC:08x} {entry.date_time}",
                problem=problem or guessed or _zip_problem(entry),
                start=entry.header_offset,
                end=min(next_start, entry.header_offset + longest),
            )
        )
    return members


def _zip_problem(entry: zipfile.ZipInfo) -> str | None:
    """Why a member can't be read."""
    if entry.flag_bits & 0x1:
        return "encrypted; unpack the archive with its password"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a symbolic link; only files are read from archives"
    if entry.compress_type not in zip_content.METHODS:
        method = entry.compress_type
        return f"compressed by method {method}, which can't be read in place; unpack the archive"
    return _too_large(entry.file_size)


def _tar_members(stream: io.BufferedIOBase, encoding: str | None) -> list[Member]:
    members: list[Member] = []
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for entry in archive:
            archive.members = []  # type: ignore[attr-defined]  # else it would keep all entries
            if entry.isdir():
                continue
            members.append(tar_member(entry, encoding))
            check_count(len(members))
    return members


def tar_member(entry: tarfile.TarInfo, encoding: str | None) -> Member:
    """A member as a tar's header states it, names in the encoding that the spec states."""
    path, problem = clip_name(tar_name(entry.name, encoding))
    problem = problem or _tar_problem(entry)
    start = entry.offset_data
    whole = entry.isreg() and not entry.issparse()
    end = start + entry.size if whole else start
    return Member(path, entry.size, str(entry.mtime), problem or _too_large(entry.size), start, end)


def _tar_problem(entry: tarfile.TarInfo) -> str | None:
    """Why a member can't be read."""
    if entry.issym() or entry.islnk():
        return f"a link to {entry.linkname!r}; only files are read"
    if not entry.isreg() or entry.issparse():
        return "no regular file"
    return None


def _too_large(size: int) -> str | None:
    if size <= LARGEST_MEMBER:
        return None
    return f"unpacks to {size:,} bytes, more than the {LARGEST_MEMBER:,} that are read"


def check_count(count: int) -> None:
    """Makes sure that an archive has no more members than are read.

    Raises:
        ValueError: It has.
    """
    if count > MOST_MEMBERS:
        raise ValueError(f"more than {MOST_MEMBERS:,} members; unpack it")


def _mark_repeated(members: Iterable[Member]) -> list[Member]:
    """Members by path; of those with the same name the last counts, as when unpacked."""
    listed = sorted(members, key=lambda member: (member.path, member.start))
    following = [*(member.path for member in listed[1:]), None]
    return [
        replace(one, problem=one.problem or REPEATED) if one.path == next_path else one
        for one, next_path in zip(listed, following, strict=False)
    ]


def explain(start: bytes, error: Exception) -> str:
    """What an archive that can't be read is, by its first bytes, and what to do."""
    if start.startswith(b"version https://git-lfs."):
        return "a Git LFS pointer stands where the archive should be; run `git lfs pull`"
    if start.startswith(b"PK"):
        return f"a zip archive that is damaged, cut off, or one part of several: {error}"
    return f"neither a zip nor a tar archive, or damaged: {error}"
