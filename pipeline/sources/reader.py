"""Sources: the files of a corpus, those inside its archives among them, listed and read."""

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path

from pipeline.common.errors import DataError
from pipeline.common.globs import glob_matcher
from pipeline.sources.archives import Archive, ReadRange, read_directory
from pipeline.sources.listing import SourceFile, is_ignored_name, read_file, walk_files
from pipeline.sources.long_file import BLOCK, REMOTE_BLOCK, LongFile
from pipeline.specs.spec_types import ArchiveRules
from pipeline.storage import is_remote, open_store, open_stream
from pipeline.storage.prefetch import PrefetchReader

_NO_ARCHIVES = ArchiveRules()

_BUFFER = 1 << 20
"""Bytes asked of a store at a time while an archive's directory is read."""


def list_sources(root: str, archives: ArchiveRules = _NO_ARCHIVES) -> list[SourceFile]:
    """Every file of a corpus, sorted by path; see :func:`walk_sources`."""
    return sorted(walk_sources(root, archives), key=lambda source: source.path)


def walk_sources(root: str, archives: ArchiveRules = _NO_ARCHIVES) -> Iterator[SourceFile]:
    """Every file of a corpus, in no order; the members of an archive in place of it.

    A member's path is that of its archive, ``/``, and its own: ``download.zip/wav/03a01Fa.wav``.
    Globs skip leading folders, so they find it whether the archive is unpacked or not.

    Args:
        root: Folder or URL of the corpus.
        archives: Which files are archives.

    Raises:
        DataError: There is no such folder, or an archive can't be read.
    """
    files = walk_files(root)
    return _with_members(root, files, archives) if archives.globs else files


class CorpusReader:
    """Reads the files of a corpus by path, whatever thread asks."""

    def __init__(self, root: str, archives: ArchiveRules = _NO_ARCHIVES) -> None:
        self.root = root
        self._is_archive = glob_matcher(archives.globs, archives.ignore_case)
        self._encoding = archives.encoding
        self._opened: dict[str, Archive | None] = {}
        self._opening = threading.Lock()

    def read(self, path: str) -> bytes:
        """Content of a listed file.

        Raises:
            OSError: It can't be read.
        """
        for archive_path in _folders_above(path):
            if self._is_archive(archive_path) and (archive := self._archive(archive_path)):
                return archive.read(path[len(archive_path) + 1 :])
        return read_file(self.root, path)

    def _archive(self, path: str) -> Archive | None:
        """The archive at a path; None where it is a folder with such a name."""
        with self._opening:
            if path not in self._opened:
                self._opened[path] = _find_archive(self.root, path, self._encoding)
            return self._opened[path]


def open_planned_files(
    root: str, archives: ArchiveRules, planned: Iterable[tuple[str, int]]
) -> Callable[[str], bytes]:
    """Returns a function that reads the files of a shard; those of a store are prefetched.

    Args:
        root: Folder or URL of the corpus.
        archives: Which files are archives.
        planned: Path and size, in bytes, of the files, in the order in which they will be read.
    """
    if is_remote(root):
        return PrefetchReader(planned, CorpusReader(root, archives).read).read
    return CorpusReader(root, archives).read if archives.globs else partial(read_file, root)


def open_long_file(
    root: str,
    archives: ArchiveRules,
    path: str,
    size: int,
    xxh3: str | None = None,
    mark: bytes = b"",
) -> LongFile | None:
    """A listed file, to be read by ranges; None where that can't be done, as in an archive.

    Args:
        root: Folder or URL of the corpus.
        archives: Which files are archives.
        path: Of the file.
        size: Of the file as listed, in bytes.
        xxh3: Its checksum, where that is known.
        mark: What to look for while it is read.

    Raises:
        OSError: It can't be read.
    """
    is_archive = glob_matcher(archives.globs, archives.ignore_case)
    if any(is_archive(folder) for folder in _folders_above(path)):
        return None
    location = f"{root.rstrip('/')}/{path}"
    if is_remote(root):
        read = partial(open_store(root).read, location)
        return LongFile(read, size, REMOTE_BLOCK, xxh3, mark)
    size = Path(location).stat().st_size
    return LongFile(partial(_read_local, Path(location)), size, BLOCK, xxh3, mark)


def _folders_above(path: str) -> Iterator[str]:
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)


def _with_members(
    root: str, files: Iterator[SourceFile], archives: ArchiveRules
) -> Iterator[SourceFile]:
    is_archive = glob_matcher(archives.globs, archives.ignore_case)
    for file in files:
        if is_archive(file.path):
            yield from _members(root, file, archives.encoding)
        else:
            yield file


def _members(root: str, file: SourceFile, encoding: str | None) -> Iterator[SourceFile]:
    for member in _open_archive(root, file.path, file.size, file.version, encoding).members:
        if not is_ignored_name(member.path):
            path = f"{file.path}/{member.path}"
            yield SourceFile(path, member.size, member.version, member.problem)


def _find_archive(root: str, path: str, encoding: str | None) -> Archive | None:
    if is_remote(root):
        found = open_store(root).find(f"{root.rstrip('/')}/{path}")
        if found is None:
            return None
        return _open_archive(root, path, found.size, found.version, encoding)
    file = Path(root, path)
    if not file.is_file():
        return None
    status = file.stat()
    return _open_archive(root, path, status.st_size, str(status.st_mtime_ns), encoding)


@lru_cache(maxsize=8)
def _open_archive(root: str, path: str, size: int, version: str, encoding: str | None) -> Archive:
    """An archive; its directory is read once a process, and again when the file changes."""
    location = f"{root.rstrip('/')}/{path}"
    read_range: ReadRange
    stream: io.BufferedIOBase
    try:
        if is_remote(root):
            read_range = partial(open_store(root).read, location)
            stream = open_stream(location, size, _BUFFER)
        else:
            if not Path(location).is_file():
                raise DataError(f"{location}: can't be read: no file, but a pipe or a device")
            read_range = partial(_read_local, Path(location))
            stream = Path(location).open("rb")  # noqa: SIM115 (the next line closes it)
        with stream:
            return read_directory(location, stream, size, read_range, encoding)
    except OSError as error:
        raise DataError(f"{location}: can't be read: {error.strerror or error}") from None


def _read_local(file: Path, start: int, end: int) -> bytes:
    with file.open("rb", buffering=0) as stream:
        stream.seek(start)
        return stream.read(end - start)
