"""Downloads a file to disk: resumed where it was interrupted, checked when it is complete.

What has come so far lies beside the file to be, as ``NAME.part``, with the server's mark of the
version.
"""

import errno
import hashlib
import http.client
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.common.count import count
from pipeline.common.errors import DataError
from pipeline.sources.resumed_fetch import (
    OnProgress,
    RemoteFile,
    check_url,
    fetch_rest,
    mark_of,
    size_of,
)

_BLOCK = 1 << 20  # bytes that are read at a time
_MOST_FAILURES = 7  # tries in a row that bring no more of a file than there was
_MOST_FIRST_FAILURES = 4  # of a server that has never answered: there may be none
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # s between tries, each twice as long as the one before
_OF_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EISDIR}


@dataclass(frozen=True)
class Downloaded:
    """A file that has been downloaded, or that was there already.

    Attributes:
        path: Path of the file.
        bytes: Size of the file.
        sha256: Its checksum.
        verified: Whether size or checksum were known and are right.
        fetched: Whether anything was downloaded.
    """

    path: Path
    bytes: int
    sha256: str
    verified: bool
    fetched: bool


def download(
    file: RemoteFile,
    target: Path,
    on_progress: OnProgress = lambda *_: None,
    sleep: Callable[[float], object] = time.sleep,
) -> Downloaded:
    """Downloads a file, or goes on with what has come of it, and checks it.

    A file that is there and right is left alone; one that is there and wrong is not replaced. A
    server in trouble, or a line that breaks, is waited for: up to a minute while nothing comes.

    Args:
        file: The file and its URL.
        target: The file to be.
        on_progress: Told after every block.
        sleep: Waits between tries, for as many s as it is given.

    Raises:
        UsageError: The URL is none that may be asked.
        DataError: The server refuses it, what came is not the file, or the disk is full.
    """
    check_url(file.url)
    if target.exists():
        return _check(file, target, target, fetched=False)
    part = target.with_name(f"{target.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    _check_space(file, part)
    _fetch_all(file, part, on_progress, sleep)
    done = _check(file, part, target, fetched=True)
    mark_of(part).unlink(missing_ok=True)
    part.replace(target)
    return done


def _fetch_all(
    file: RemoteFile, part: Path, on_progress: OnProgress, sleep: Callable[[float], object]
) -> None:
    """Fetches what is missing of a file, in as many tries as it takes while more of it comes.

    Raises:
        DataError: No more has come for too long, or another try can't help.
    """
    most, failures, has_answered = size_of(part), 0, False
    while True:
        try:
            total = fetch_rest(file, part, on_progress)
        except (OSError, http.client.HTTPException) as error:
            _check_disk(part, error)
            problem = str(error) or type(error).__name__
            silent = isinstance(error, urllib.error.URLError)
            has_answered |= not silent or isinstance(error, urllib.error.HTTPError)
        else:
            if total is None or size_of(part) >= total:
                return
            problem = f"the connection ended after {size_of(part):,} of {total:,} bytes"
        if size_of(part) > most:
            most, failures, has_answered = size_of(part), 0, True
        failures += 1
        if failures == (_MOST_FAILURES if has_answered else _MOST_FIRST_FAILURES):
            raise DataError(
                f"{file.url}: {problem}; {size_of(part):,} bytes lie in {part}, from where the "
                "next attempt goes on"
            )
        sleep(min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (failures - 1)))


def _check_disk(part: Path, error: Exception) -> None:
    """Tells the disk, which no other try helps, from the network.

    Raises:
        DataError: It was the disk.
    """
    if isinstance(error, OSError) and error.errno in _OF_DISK:
        raise DataError(f"{part}: can't be written: {error.strerror}") from None


def _check(file: RemoteFile, path: Path, target: Path, fetched: bool) -> Downloaded:
    """Compares a complete file with what is known of it.

    Raises:
        DataError: It differs; what was downloaded is deleted then.
    """
    size = size_of(path)
    algorithm, _, expected = (file.checksum or "sha256:").partition(":")
    found = _digests(path, {algorithm, "sha256"})
    problem = ""
    if file.size is not None and size != file.size:
        problem = f"{size:,} bytes, expected {file.size:,}"
    elif expected and found[algorithm] != expected.lower():
        problem = f"{algorithm} {found[algorithm]}, expected {expected}"
    if problem and fetched:
        path.unlink()
        mark_of(path).unlink(missing_ok=True)
        raise DataError(f"{file.url}: what came is not the file: {problem}; it was deleted")
    if problem:
        raise DataError(f"{target}: is there, and not the file: {problem}; delete it to fetch it")
    verified = bool(expected) or file.size is not None
    return Downloaded(target, size, found["sha256"], verified, fetched)


def _digests(path: Path, algorithms: set[str]) -> dict[str, str]:
    sums = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            for one in sums.values():
                one.update(block)
    return {name: one.hexdigest() for name, one in sums.items()}


def _check_space(file: RemoteFile, part: Path) -> None:
    missing = (file.size or 0) - size_of(part)
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise DataError(
            f"{part.parent}: {count(free, 'byte')} free, {count(missing, 'byte')} to come"
        )
