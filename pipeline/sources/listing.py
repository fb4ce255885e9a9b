"""Files of a corpus: listing them below a root, local or remote."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.common.errors import DataError
from pipeline.storage import is_remote, open_store


class SourceFile(NamedTuple):
    """A file as listed, not opened.

    Attributes:
        path: Relative to the corpus root, ``/``-separated.
        size: Size in bytes.
        version: Differs whenever the content does: a checksum, or the time of the last change.
        problem: Why the file can't be read, where the listing shows it.
        record: Columns of the row that a clip is; None for a file of its own.
        rows: The key of the spec that describes that row.
        block: Part of a larger file that is read in one piece with others, if there is one; its
            ``size`` is a share of the block's then. See :mod:`pipeline.sources.blocks`.
        row: Its position in the file that holds the block: the number of a Parquet row, or the
            first byte in a tar.
    """

    path: str
    size: int
    version: str
    problem: str | None = None
    record: Mapping[str, str] | None = None
    block: str = ""
    row: int = 0
    rows: str = ""


LARGEST_FILE = 1 << 32
"""Files of more than 4 GiB are not read whole, as clips and tables are; segments are, by ranges."""

REPEATED = "its name stands twice; the last of them counts"
"""The problem of a member of an archive that a later one of the same name takes the place of."""

_IGNORED = ("._", "__MACOSX", ".git", ".DS_Store")
"""Names that archivers and version control leave beside a corpus: never part of it."""


def list_files(root: str) -> list[SourceFile]:
    """Every file below a root, sorted by path.

    Raises:
        DataError: There is no such folder, or its store can't be used.
    """
    return sorted(walk_files(root), key=lambda file: file.path)


def walk_files(root: str) -> Iterator[SourceFile]:
    """Every file below a root, in no order, as it is found.

    Raises:
        DataError: There is no such folder, or its store can't be used.
    """
    if is_remote(root):
        return _list_remote(root)
    if not Path(root).is_dir():
        raise DataError(f"{root}: no such folder")
    return _list_local(root)


def is_ignored_name(path: str) -> bool:
    """Whether a file is one that archivers and version control leave beside a corpus."""
    return any(part.startswith(_IGNORED) for part in path.split("/"))


def storable_name(name: str) -> tuple[str, str | None]:
    """A file's name as text that can be stored, and what is wrong with the name, if anything."""
    written = name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return written, None if written == name else "its name is not UTF-8 text"


def too_large(size: int, limit: int = LARGEST_FILE) -> str | None:
    """Why a file of this size, in bytes, is not read; None where it is."""
    return f"{size:,} bytes, more than the {limit:,} that are read" if size > limit else None


def read_file(root: str, path: str) -> bytes:
    """Content of a listed file.

    Raises:
        OSError: It can't be read.
    """
    if is_remote(root):
        return open_store(root).read(f"{root.rstrip('/')}/{path}")
    with open(f"{root}/{path}", "rb") as file:  # noqa: PTH123 (making a Path takes as long again)
        return file.read()


def _list_local(root: str) -> Iterator[SourceFile]:
    try:
        yield from _walk(root)
    except OSError as error:
        raise DataError(f"{error.filename}: can't be listed: {error.strerror}") from None


def _walk(root: str) -> Iterator[SourceFile]:
    """Files below a folder; links are followed, but not back to a folder that they lie in."""
    waiting: list[tuple[str, frozenset[tuple[int, int]]]] = [("", frozenset())]
    while waiting:
        folder, above = waiting.pop()
        path = os.path.join(root, folder)  # noqa: PTH118 (Path costs more)
        status = os.stat(path)  # noqa: PTH116
        here = (status.st_dev, status.st_ino)
        if here in above:
            continue
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.startswith(_IGNORED):
                    continue
                name = f"{folder}/{entry.name}" if folder else entry.name
                status = _status(entry)
                if stat.S_ISDIR(status.st_mode):
                    waiting.append((name, above | {here}))
                else:
                    written, problem = storable_name(name)
                    problem = problem or _unreadable(status)
                    yield SourceFile(written, status.st_size, str(status.st_mtime_ns), problem)


def _unreadable(status: os.stat_result) -> str | None:
    """Why a file is not read, be it no file or larger than one is; links without a target are."""
    if stat.S_ISLNK(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return "no file, but a pipe, a socket or a device"
    return too_large(status.st_size)


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    """Status of a link's target; of the link itself if that is missing, which reading reports."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)


def _list_remote(root: str) -> Iterator[SourceFile]:
    try:
        for file in open_store(root).list(root):
            if not is_ignored_name(file.path):
                yield SourceFile(file.path, file.size, file.version, too_large(file.size))
    except OSError as error:
        raise DataError(f"{root}: can't be listed: {error}") from None
