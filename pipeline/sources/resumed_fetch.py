"""Fetches what is missing of a file: asks for the rest, if the server still has the same version.

Only https is spoken, and http with this machine itself; redirects may lead nowhere else.
"""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO

from pipeline.common.errors import DataError, UsageError
from pipeline.common.urls import check_download_url

_BLOCK = 1 << 20  # bytes that are read at a time
_TIMEOUT = 60.0  # s without a byte
_MOST_REDIRECTS = 10

OnProgress = Callable[[int, int | None], object]
"""Told how many bytes have come, and how many there are to come in all, where that is known."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to be downloaded.

    Attributes:
        url: URL of the file.
        size: Size in bytes; None where it is not known.
        checksum: Algorithm and hexadecimal digest, such as ``sha256:…``; None where unknown.
    """

    url: str
    size: int | None = None
    checksum: str | None = None


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


def fetch_rest(file: RemoteFile, part: Path, on_progress: OnProgress) -> int | None:
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
        resumed = response.status == 206 and _begins_at(answer, size_of(part))
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
    if (begun := size_of(part)) and (version := _read_mark(part)):
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


def mark_of(part: Path) -> Path:
    """The file that notes which version a part is of."""
    return part.with_name(f"{part.name}.json")


def _write_mark(part: Path, headers: Mapping[str, str]) -> None:
    """Notes which version of the file a part is of: strong marks only can be compared."""
    etag = headers.get("Etag", "")
    version = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified", "")
    mark_of(part).write_text(json.dumps({"version": version}))


def _read_mark(part: Path) -> str:
    try:
        version = json.loads(mark_of(part).read_text())["version"]
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return version if isinstance(version, str) and "\n" not in version else ""


def size_of(path: Path) -> int:
    """Size in bytes; 0 if there is no file."""
    return path.stat().st_size if path.exists() else 0
