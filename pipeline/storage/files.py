"""Files of a folder, local or in a store: read and written whole, complete or not there."""

import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar

from xxhash import xxh3_128

from pipeline.common.errors import DataError
from pipeline.storage import is_remote, open_store, open_stream
from pipeline.storage.prefetch import IN_FLIGHT
from pipeline.storage.store import StoredFile

Item = TypeVar("Item")
Result = TypeVar("Result")

_PART = 8 << 20  # bytes that a checksum is updated with

_AT_A_TIME = 1 << 16  # bytes of a file in a store that is read in parts


def join(root: str, *parts: str) -> str:
    """Path of a file below a root."""
    return "/".join([root.rstrip("/"), *parts])


def write_atomic(path: str | Path, content: bytes | memoryview | str) -> None:
    """Writes a file that appears under its name only when complete.

    Object stores do so anyway; text is written as UTF-8.

    Raises:
        DataError: A store refuses it.
        OSError: It can't be written to disk.
    """
    content = content.encode() if isinstance(content, str) else content
    if isinstance(path, str) and is_remote(path):
        try:
            open_store(path).write(path, bytes(content))
        except OSError as error:
            raise DataError(f"{path}: can't be written: {error}") from None
        return
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def new_file(path: str) -> Iterator[BinaryIO]:
    """Gives a file to write to, which appears under its name when complete; never after an error.

    On this machine it is written as it comes; a store is given it in one piece in the end.

    Raises:
        DataError: A store refuses it.
        OSError: It can't be written to disk.
    """
    if is_remote(path):
        content = BytesIO()
        yield content
        write_atomic(path, content.getbuffer())
        return
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        yield file


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Gives a path to write to, which then takes the place of a local file.

    It lies beside the file, under a name of its own, so two runs do not write to the same; after
    an error the file is what it was before. Missing folders are made.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        yield temporary
        _to_disk(temporary)
        temporary.replace(target)
        _to_disk(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Waits until a file or the names in a folder would outlive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks can't
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: str) -> bytes | None:
    """Content of a file; None where there is none.

    Raises:
        DataError: A store does not give it.
    """
    try:
        return open_store(path).read(path) if is_remote(path) else Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if is_remote(path):
            raise DataError(f"{path}: can't be read: {error}") from None
        raise


def open_file(path: str, size: int | None = None) -> BinaryIO:
    """Opens a file of which only parts are wanted.

    Args:
        path: Path or URL of the file.
        size: Size in bytes; None if unknown, which costs a request to a store.

    Raises:
        DataError: A store does not answer.
        OSError: The file is missing or can't be read.
    """
    if not is_remote(path):
        return Path(path).open("rb")
    if size is None:
        size = file_size(path)
    if size is None:
        raise FileNotFoundError(f"{path}: there is no such file")
    return open_stream(path, size, _AT_A_TIME)


def map_files(root: str, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Does the same with many files of a folder; several at a time where it lies in a store."""
    if not is_remote(root):
        return list(map(work, items))
    with ThreadPoolExecutor(IN_FLIGHT, "files") as pool:
        return list(pool.map(work, items))


def file_size(path: str) -> int | None:
    """Size of a file in bytes; None where there is none.

    Raises:
        DataError: A store does not say.
    """
    if not is_remote(path):
        try:
            return Path(path).stat().st_size
        except OSError:
            return None
    found = _find(path)
    return found.size if found else None


def written_at(path: str) -> float | None:
    """When a file was written, in s since 1970; None where there is none, or nobody knows."""
    if not is_remote(path):
        try:
            return Path(path).stat().st_mtime
        except OSError:
            return None
    found = _find(path)
    return found.written if found else None


def _find(url: str) -> StoredFile | None:
    try:
        return open_store(url).find(url)
    except OSError as error:
        raise DataError(f"{url}: can't be examined: {error}") from None


def checksum(path: str) -> str | None:
    """XXH3-128 of a file, read in parts; None where there is none.

    Raises:
        DataError: It can't be read.
    """
    length = file_size(path)
    if length is None:
        return None
    digest = xxh3_128()
    try:
        with open_file(path, length) as file:
            while part := file.read(_PART):
                digest.update(part)
    except OSError as error:
        raise DataError(f"{path}: can't be read: {error.strerror or error}") from None
    return digest.hexdigest()


def list_names(folder: str) -> list[str]:
    """Paths of all files below a folder, relative to it, sorted; none where there is no folder.

    Raises:
        DataError: A store does not list it.
    """
    if is_remote(folder):
        try:
            return sorted(file.path for file in open_store(folder).list(folder))
        except OSError as error:
            raise DataError(f"{folder}: can't be listed: {error}") from None
    return sorted(
        Path(parent, name).relative_to(folder).as_posix()
        for parent, _, names in os.walk(folder)
        for name in names
    )


def delete(path: str) -> None:
    """Deletes a file, if it is there.

    Raises:
        DataError: A store does not do it.
        OSError: It can't be deleted from disk.
    """
    if not is_remote(path):
        Path(path).unlink(missing_ok=True)
        return
    try:
        open_store(path).delete(path)
    except OSError as error:
        raise DataError(f"{path}: can't be deleted: {error}") from None


def delete_leftovers(folder: str) -> None:
    """Deletes the temporary files of local writes that were killed, below a folder."""
    if is_remote(folder):
        return
    for name in list_names(folder):
        if re.fullmatch(r"\..+\.[0-9a-f]{32}", name.rsplit("/", 1)[-1]):
            delete(join(folder, name))
