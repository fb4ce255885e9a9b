"""Downloads a file to disk: resumed where it was interrupted, checked when it is complete.

Only https is spoken, and http with this machine itself; redirects may lead nowhere else. What has
come so far lies beside the file to be, as ``NAME.part``, with the server's mark of the version.
"""

import errno
import hashlib
import http.client
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO

from pipeline.common.count import count
from pipeline.common.errors import DataError, UsageError
from pipeline.common.urls import check_download_url

_BLOCK = 1 << 20  # bytes that are read at a time
_TIMEOUT = 60.0  # s without a byte
_MOST_FAILURES = 7  # tries in a row that bring no more of a file than there was
_MOST_FIRST_FAILURES = 4  # of a server that has never answered: there may be none
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # s between tries, each twice as long as the one before
_OF_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EISDIR}
_MOST_REDIRECTS = 10

OnProgress = Callable[[int, int | None], object]
"""Told how many bytes have come, and how many there are to come in all, where that is known."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to be downloaded.

    Attributes:
        url: Where it is.
        size: In bytes; None where it is not known.
        checksum: Algorithm and hexadecimal digest, such as ``sha256:…``; None where unknown.
    """

    url: str
    size: int | None = None
    checksum: str | None = None


@dataclass(frozen=True)
class Downloaded:
    """A file that has been downloaded, or that was there already.

    Attributes:
        path: Where it lies.
        bytes: Its size.
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
        file: What and from where.
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
    _mark(part).unlink(missing_ok=True)
    part.replace(target)
    return done


def check_url(url: str) -> None:
    """Refuses URLs other than https, and http on this machine.

    Raises:
        UsageError: It is none of these.
    """
    try:
        check_download_url(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to where :func:`check_url` allows."""

    max_redirections = _MOST_REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message | http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            check_url(newurl)
        except UsageError as error:
            raise DataError(f"{req.full_url}: is redirected to {error}") from None
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _fetch_all(
    file: RemoteFile, part: Path, on_progress: OnProgress, sleep: Callable[[float], object]
) -> None:
    """Fetches what is missing of a file, in as many tries as it takes while more of it comes.

    Raises:
        DataError: No more has come for too long, or another try can't help.
    """
    most, failures, has_answered = _size(part), 0, False
    while True:
        try:
            total = _fetch(file, part, on_progress)
        except (OSError, http.client.HTTPException) as error:
            _check_disk(part, error)
            problem = str(error) or type(error).__name__
            silent = isinstance(error, urllib.error.URLError)
            has_answered |= not silent or isinstance(error, urllib.error.HTTPError)
        else:
            if total is None or _size(part) >= total:
                return
            problem = f"the connection ended after {_size(part):,} of {total:,} bytes"
        if _size(part) > most:
            most, failures, has_answered = _size(part), 0, True
        failures += 1
        if failures == (_MOST_FAILURES if has_answered else _MOST_FIRST_FAILURES):
            raise DataError(
                f"{file.url}: {problem}; {_size(part):,} bytes lie in {part}, from where the next "
                "attempt goes on"
            )
        sleep(min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (failures - 1)))


def _check_disk(part: Path, error: Exception) -> None:
    """Tells the disk, which no other try helps, from the network.

    Raises:
        DataError: It was the disk.
    """
    if isinstance(error, OSError) and error.errno in _OF_DISK:
        raise DataError(f"{part}: can't be written: {error.strerror}") from None


def _fetch(file: RemoteFile, part: Path, on_progress: OnProgress) -> int | None:
    """Fetches the rest of a file; the size of the whole, None where the server does not say.

    Raises:
        DataError: The server says that there is no such file, or the file would be too large.
        OSError: Of the network or the disk.
    """
    request = urllib.request.Request(file.url, headers=_headers(part))
    opener = urllib.request.build_opener(_Redirects)
    try:
        response = opener.open(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is left, or the file has become shorter
            return _size_in_range({name.title(): value for name, value in error.headers.items()})
        if error.code in (408, 425, 429) or error.code >= 500:
            raise
        raise DataError(f"{file.url}: the server answers {error.code} {error.reason}") from None
    with response:
        answer = {name.title(): value for name, value in response.headers.items()}
        resumed = response.status == 206 and _begins_at(answer, _size(part))
        total = _whole_size(answer, resumed)
        if file.size is not None and total is not None and total != file.size:
            raise DataError(
                f"{file.url}: the server has {total:,} bytes, expected {file.size:,}: another "
                "version of the file?"
            )
        _write_mark(part, answer)
        limit = file.size if file.size is not None else total
        with part.open("ab" if resumed else "wb") as stream:
            _copy(response, stream, file, limit, total, on_progress)
    return total


def _copy(
    response: http.client.HTTPResponse,
    stream: IO[bytes],
    file: RemoteFile,
    limit: int | None,
    total: int | None,
    on_progress: OnProgress,
) -> None:
    received = stream.tell()
    on_progress(received, total)
    while block := response.read1(_BLOCK):
        received += len(block)
        if limit is not None and received > limit:
            raise DataError(f"{file.url}: sends more than the {limit:,} bytes that it should have")
        stream.write(block)
        on_progress(received, total)


def _headers(part: Path) -> dict[str, str]:
    """Asks for what is missing, if the file is still the one of which a part is here."""
    headers = {"User-Agent": "exhubert", "Accept-Encoding": "identity"}
    if (begun := _size(part)) and (version := _read_mark(part)):
        headers |= {"Range": f"bytes={begun}-", "If-Range": version}
    return headers


def _whole_size(headers: Mapping[str, str], resumed: bool) -> int | None:
    if resumed:
        return _size_in_range(headers)
    length = headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _size_in_range(headers: Mapping[str, str]) -> int | None:
    """The whole size in ``Content-Range: bytes 7-9/10``."""
    size = headers.get("Content-Range", "").rpartition("/")[2]
    return int(size) if size.isdecimal() else None


def _begins_at(headers: Mapping[str, str], offset: int) -> bool:
    return headers.get("Content-Range", "").startswith(f"bytes {offset}-")


def _mark(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _write_mark(part: Path, headers: Mapping[str, str]) -> None:
    """Notes which version of the file a part is of: strong marks only can be compared."""
    etag = headers.get("Etag", "")
    version = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified", "")
    _mark(part).write_text(json.dumps({"version": version}))


def _read_mark(part: Path) -> str:
    try:
        version = json.loads(_mark(part).read_text())["version"]
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return version if isinstance(version, str) and "\n" not in version else ""


def _check(file: RemoteFile, path: Path, target: Path, fetched: bool) -> Downloaded:
    """Compares a complete file with what is known of it.

    Raises:
        DataError: It differs; what was downloaded is deleted then.
    """
    size = _size(path)
    algorithm, _, expected = (file.checksum or "sha256:").partition(":")
    found = _digests(path, {algorithm, "sha256"})
    problem = ""
    if file.size is not None and size != file.size:
        problem = f"{size:,} bytes, expected {file.size:,}"
    elif expected and found[algorithm] != expected.lower():
        problem = f"{algorithm} {found[algorithm]}, expected {expected}"
    if problem and fetched:
        path.unlink()
        _mark(path).unlink(missing_ok=True)
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
    missing = (file.size or 0) - _size(part)
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise DataError(
            f"{part.parent}: {count(free, 'byte')} free, {count(missing, 'byte')} to come"
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
