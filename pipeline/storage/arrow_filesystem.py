"""Every other store that Arrow can open: ``hdfs://``, ``abfs://``, ``fsspec+PROTOCOL://``."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import PurePosixPath

import pyarrow as pa
from pyarrow import fs

from pipeline.common.errors import UsageError
from pipeline.storage.store import (
    Page,
    StoredFile,
    TransientError,
    UnreachableError,
    unexpected_error,
)


class ArrowStore:
    """Files at URLs of Arrow's file systems, which find their credentials in the environment."""

    def list_page(self, folder: str, after: str | None = None) -> Page:
        """Every file below a folder."""
        filesystem, root = _open(folder)
        with _translated(folder):
            # Not by allow_not_found: fsspec reports as absent what it fails to ask about.
            if filesystem.get_file_info(root).type == fs.FileType.NotFound:
                return [], None
            try:
                found = filesystem.get_file_info(fs.FileSelector(root, recursive=True))
            except FileNotFoundError as error:
                raise TransientError(f"{folder} was there, and could not be listed") from error
        files = [
            StoredFile(
                str(PurePosixPath(entry.path).relative_to(root)), entry.size, _version(entry)
            )
            for entry in found
            if entry.type == fs.FileType.File
        ]
        return files, None

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a file, or a range of it."""
        filesystem, path = _open(url)
        with _translated(url), _open_input(filesystem, path) as stream:
            end = stream.size() if end is None else end
            stream.seek(start)
            content: bytes = stream.read(end - start)
        if len(content) != end - start:
            raise TransientError(f"{len(content)} bytes came of {end - start}")
        return content

    def write(self, url: str, content: bytes) -> None:
        """Writes a whole file."""
        filesystem, path = _open(url)
        with _translated(url):
            filesystem.create_dir(str(PurePosixPath(path).parent))
            with filesystem.open_output_stream(path, compression=None) as stream:
                stream.write(content)

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""
        filesystem, path = _open(url)
        with _translated(url):
            found = filesystem.get_file_info(path)
        if found.type != fs.FileType.File:
            return None
        written = None if found.mtime_ns is None else found.mtime_ns / 1e9
        return StoredFile(url, found.size, _version(found), written)

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
        filesystem, path = _open(url)
        with _translated(url):
            try:
                filesystem.delete_file(path)
            except FileNotFoundError:
                _check_absent(filesystem, path)


def _open_input(filesystem: fs.FileSystem, path: str) -> pa.NativeFile:
    """Opens a file; checks absence: Arrow reports fsspec's other errors as a missing file, too."""
    try:
        return filesystem.open_input_file(path)
    except FileNotFoundError:
        _check_absent(filesystem, path)
        raise


def _check_absent(filesystem: fs.FileSystem, path: str) -> None:
    if filesystem.get_file_info(path).type != fs.FileType.NotFound:
        raise TransientError(f"{path} is there, and could not be reached")


def _open(url: str) -> tuple[fs.FileSystem, str]:
    """The file system of a URL, and the path in it; names are taken as they are."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    filesystem, root = _connect(f"{scheme}://{host}/")
    return filesystem, f"{root.rstrip('/')}{slash}{path}"


@lru_cache(maxsize=8)
def _connect(root: str) -> tuple[fs.FileSystem, str]:
    try:
        filesystem, path = fs.FileSystem.from_uri(root)
    except (pa.ArrowException, ImportError, OSError, ValueError) as error:
        message = str(error).strip().partition("\n")[0]
        raise UsageError(
            f"{root}: can't be opened: {message}; corpora and datasets lie in local folders, "
            "s3://, gs://, hdfs://, abfs:// or fsspec+PROTOCOL://"
        ) from None
    return filesystem, path


def _version(found: fs.FileInfo) -> str:
    return str(found.mtime_ns)


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turns what file systems raise into what a :class:`~pipeline.storage.store.Store` raises."""
    try:
        yield
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError):
        raise
    except TransientError:
        raise
    except ConnectionRefusedError as error:
        raise UnreachableError(str(error)) from None
    except Exception as error:  # whatever a file system of fsspec raises
        raise unexpected_error(error, url) from None
