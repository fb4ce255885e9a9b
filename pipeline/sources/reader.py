"""Sources: the files of a corpus, and those inside its archives and Parquet files, by path."""

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

from pipeline.common.errors import DataError
from pipeline.common.globs import glob_matcher
from pipeline.sources.archives import Archive, DamagedArchiveError, read_directory
from pipeline.sources.byte_ranges import RangedFile, find_file, ranged_file
from pipeline.sources.listing import SourceFile, is_ignored_name, read_file, walk_files
from pipeline.sources.long_file import BLOCK, REMOTE_BLOCK, LongFile
from pipeline.sources.parquet_clips import ParquetClips
from pipeline.sources.webdataset import WebDatasetClips
from pipeline.specs.source_spec import ParquetSpec, SourceRules
from pipeline.storage import is_remote
from pipeline.storage.prefetch import PrefetchReader

Holder = Archive | ParquetClips | WebDatasetClips
"""A file that holds other files."""

_PLAIN = SourceRules()

_DEEPEST = 3
"""Archives in archives."""


def list_sources(
    root: str, rules: SourceRules = _PLAIN, keep_damaged: bool = False
) -> list[SourceFile]:
    """Every file of a corpus, sorted by path; see :func:`walk_sources`."""
    return sorted(walk_sources(root, rules, keep_damaged), key=lambda source: source.path)


def walk_sources(
    root: str, rules: SourceRules = _PLAIN, keep_damaged: bool = False
) -> Iterator[SourceFile]:
    """Every file of a corpus, in no order; what an archive or a Parquet file holds in its place.

    A member's path is that of its archive, ``/``, and its own: ``download.zip/wav/03a01Fa.wav``.
    Globs skip leading folders, so they find it whether the archive is unpacked or not.

    Args:
        root: Folder or URL of the corpus.
        rules: Rules by which files hold others.
        keep_damaged: Whether a damaged archive is a file with a problem, and no error.

    Raises:
        DataError: There is no such folder, or a file that holds others can't be read.
    """
    files = walk_files(root)
    return _Contents(root, rules).walk(files, keep_damaged) if rules.hold_others else files


class CorpusReader:
    """Reads the files of a corpus by path, whatever thread asks."""

    def __init__(self, root: str, rules: SourceRules = _PLAIN) -> None:
        self.root = root
        self._contents = _Contents(root, rules)
        self._found: dict[str, RangedFile | None] = {}
        self._opening = threading.Lock()

    def read(self, path: str, listed: SourceFile | None = None) -> bytes:
        """Content of a listed file.

        Args:
            path: Path of the file.
            listed: Its entry in the listing, by which rows are found without their names.

        Raises:
            OSError: It can't be read, or has changed since it was listed.
        """
        holder: _Opened | None = None
        for folder in folders_above(path):
            if self._contents.is_holder(folder):
                holder = self._open(folder, holder) or holder
        if holder is None:
            return read_file(self.root, path)
        if listed is None or isinstance(holder.contents, Archive):
            return holder.contents.read(path[len(holder.path) + 1 :])
        return holder.contents.read_row(listed)

    def _open(self, path: str, outer: "_Opened | None") -> "_Opened | None":
        """What holds other files at a path; None where it is a folder with such a name.

        Args:
            path: Below the corpus root.
            outer: File that holds it; None if it is a file of its own.
        """
        with self._opening:
            file = self._find(path, outer)
            return _Opened(path, file, self._contents.open(path, file)) if file else None

    def _find(self, path: str, outer: "_Opened | None") -> RangedFile | None:
        if outer is None:
            if path not in self._found:
                self._found[path] = find_file(self.root, path)
            return self._found[path]
        if not isinstance(outer.contents, Archive):
            return None
        try:
            return outer.contents.open(path[len(outer.path) + 1 :], outer.file)
        except FileNotFoundError:
            return None


class _Opened(NamedTuple):
    """A file that holds others: its path, the file itself, and its content."""

    path: str
    file: RangedFile
    contents: Holder


def open_planned_files(
    root: str, rules: SourceRules, planned: Iterable[SourceFile]
) -> Callable[[str], bytes]:
    """Returns a function that reads the files of a shard; those of a store are prefetched.

    Args:
        root: Folder or URL of the corpus.
        rules: Rules by which files hold others.
        planned: The files, in the order in which they will be read.
    """
    files = list(planned)
    rows = {file.path: file for file in files if file.block}
    reader = CorpusReader(root, rules)

    def read(path: str) -> bytes:
        return reader.read(path, rows.get(path))

    if is_remote(root):
        sizes = [(file.path, file.size) for file in files]
        if rules.parquet:  # whose rows stream in their order, and are known by their mean size
            return PrefetchReader(sizes, read, in_flight=1, exact=False).read
        return PrefetchReader(sizes, read).read
    return read if rules.hold_others else partial(read_file, root)


def paths_of_own_files(rules: SourceRules, paths: Iterable[str]) -> set[str]:
    """Paths of files that no other file holds, so that they can be read by ranges."""
    is_holder = _Contents("", rules).is_holder
    return {path for path in paths if not any(map(is_holder, folders_above(path)))}


def open_long_file(
    root: str,
    rules: SourceRules,
    path: str,
    size: int,
    xxh3: str | None = None,
    mark: bytes = b"",
) -> LongFile | None:
    """A listed file, to be read by ranges; None where that can't be done, as in an archive.

    Args:
        root: Folder or URL of the corpus.
        rules: Rules by which files hold others.
        path: Path of the file.
        size: Size of the file as listed, in bytes.
        xxh3: Checksum of the file; None if unknown.
        mark: Bytes to look for while it is read.

    Raises:
        OSError: It can't be looked at.
    """
    if not paths_of_own_files(rules, [path]):
        return None
    file = ranged_file(root, path, size, "") if is_remote(root) else find_file(root, path)
    if file is None:
        return None
    remote = is_remote(root)
    block = REMOTE_BLOCK if remote else BLOCK
    return LongFile(file.read_range, file.size, block, xxh3, mark, ahead=remote)


class _Contents:
    """Files of a corpus that hold others, and what they hold."""

    def __init__(self, root: str, rules: SourceRules) -> None:
        self._root = root
        self._rules = rules
        self._is_archive = glob_matcher(rules.globs, rules.ignore_case)
        parquet = rules.parquet.files if rules.parquet else []
        self._is_parquet = glob_matcher(parquet, rules.ignore_case)
        tars = rules.webdataset.files if rules.webdataset else []
        self._is_webdataset = glob_matcher(tars, rules.ignore_case)

    def is_holder(self, path: str) -> bool:
        """Whether a file of this path holds others."""
        return bool(self._is_archive(path) or self._is_parquet(path) or self._is_webdataset(path))

    def open(self, path: str, file: RangedFile) -> Holder:
        """Opens what holds others.

        Raises:
            DataError: It can't be read.
        """
        rules = self._rules
        if rules.webdataset and self._is_webdataset(path):
            directory = partial(_open_archive, file, None)
            return WebDatasetClips(path, file, rules.webdataset, rules.ignore_case, directory)
        if rules.parquet and self._is_parquet(path):
            return _open_parquet(self._root, path, file, rules.parquet, rules.ignore_case)
        return _open_archive(file, rules.encoding)

    def walk(self, files: Iterable[SourceFile], keep_damaged: bool) -> Iterator[SourceFile]:
        """Files, and what those of them hold that hold others.

        Args:
            files: Files of the corpus.
            keep_damaged: Whether a damaged archive is a file with a problem, and no error.
        """
        for file in files:
            if not self.is_holder(file.path):
                yield file
                continue
            ranged = ranged_file(self._root, file.path, file.size, file.version)
            try:
                yield from self._inside(file.path, ranged, 1)
            except DamagedArchiveError as error:
                if not keep_damaged or self._is_webdataset(file.path):
                    raise
                yield file._replace(problem=str(error))

    def _inside(self, path: str, file: RangedFile, depth: int) -> Iterator[SourceFile]:
        if depth > _DEEPEST:
            raise DataError(
                f"{file.location}: more than {_DEEPEST} archives deep; unpack the outer"
            )
        opened = self.open(path, file)
        if not isinstance(opened, Archive):
            yield from opened.clips()
            return
        for member in opened.members:
            inner = f"{path}/{member.path}"
            if is_ignored_name(member.path):
                continue
            if not self.is_holder(inner):
                yield SourceFile(inner, member.size, member.version, member.problem)
                continue
            try:
                nested = opened.open(member.path, file)
            except OSError as error:
                raise DataError(f"{file.location}/{member.path}: {error}") from None
            yield from self._inside(inner, nested, depth + 1)


def folders_above(path: str) -> Iterator[str]:
    """Folders, or what holds files like one, that a path leads through."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)


def _open_archive(file: RangedFile, encoding: str | None) -> Archive:
    """An archive; its directory is read once a process, and again when the file changes."""
    if not file.is_temporary:
        return _read_archive_once(file, encoding)
    known = _temporary.setdefault(file, {})
    if encoding not in known:
        known[encoding] = _read_archive(file, encoding)
    return known[encoding]


_temporary = WeakKeyDictionary[RangedFile, dict[str | None, Archive]]()
"""Archives in unpacked files, which must not be held here: whoever unpacked them makes room."""


def _read_archive(file: RangedFile, encoding: str | None) -> Archive:
    _check_file(file)
    try:
        with file.stream() as stream:
            return read_directory(file.location, stream, file.size, file.read_range, encoding)
    except OSError as error:
        raise DataError(f"{file.location}: can't be read: {error.strerror or error}") from None


_read_archive_once = lru_cache(maxsize=8)(_read_archive)


@lru_cache(maxsize=8)
def _open_parquet(
    root: str, path: str, file: RangedFile, spec: ParquetSpec, ignore_case: bool
) -> ParquetClips:
    """A Parquet file; its footer is read once a process, and again when the file changes."""
    _check_file(file)
    return ParquetClips(path, file, spec, ignore_case, partial(read_file, root))


def _check_file(file: RangedFile) -> None:
    if file.opened and not is_remote(file.location) and not Path(file.location).is_file():
        raise DataError(f"{file.location}: can't be read: no file, but a pipe or a device")
