"""Files of object stores by obstore, whose requests cost a tenth of what boto3's cost.

obstore reports errors as text only; that text is parsed here and nowhere else.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError, InvalidPathError
from obstore.store import ObjectStore as Bucket

from pipeline.common.errors import DataError
from pipeline.storage.store import (
    Page,
    StoredFile,
    TransientError,
    UnreachableError,
    prefix_of,
    split_url,
    unexpected_error,
)

if TYPE_CHECKING:  # which have no names at run time
    from obstore import GetOptions, ObjectMeta

PAGE = 1000
"""Files in one page of a listing."""

_PART = 8 << 20
"""Size of a write request, in bytes; larger files are written in parts, appearing when complete."""

_asked_by: int | None = None  # id of the process that first asked a store

_STATUS = re.compile(r"non-2xx status code: (\d+) ([\w ]*)(?:: (.*))?", re.DOTALL)
_UNREACHABLE = re.compile(r"kind: Connect\b|ConnectError")
_CERTIFICATE = re.compile(r"[Cc]ertificate")
_THROTTLED = {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded"}
_INCOMPLETE = {"RequestTimeout", "IncompleteBody", "BadDigest"}
_REFUSED = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}


class ObjectStore:
    """Files at ``scheme://bucket/key``; keys are taken as they are, whatever signs they hold."""

    def __init__(self, open_bucket: Callable[[str], Bucket]) -> None:
        """Opens each bucket once, with ``open_bucket``, which must leave retrying to the caller."""
        self._open_bucket = open_bucket
        self._buckets: dict[str, Bucket] = {}

    def list_page(self, folder: str, after: str | None = None) -> Page:
        """A page of the files below a folder; without folder markers."""
        name, key = split_url(folder)
        bucket, prefix = self._bucket(name), prefix_of(key)
        with _translated(folder, fatal=True):
            pages = bucket.list(prefix, offset=after, chunk_size=PAGE)
            entries = list(next(iter(pages), []))
            files = [
                StoredFile(entry["path"].removeprefix(prefix), entry["size"], _version(entry))
                for entry in _without_markers(bucket, entries)
            ]
        return files, entries[-1]["path"] if len(entries) == PAGE else None

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a file, or a range of it; as many bytes as the store has promised."""
        bucket, key = self._find(url)
        with _translated(url):
            if end is None:
                options: GetOptions = {"range": {"offset": start}} if start else {}
                return bytes(bucket.get(key, options=options).bytes())
            content = bytes(bucket.get_range(key, start=start, end=end))
        if len(content) != end - start:
            raise TransientError(f"{len(content)} bytes came of {end - start}")
        return content

    def write(self, url: str, content: bytes) -> None:
        """Writes a file, in one request unless it is large."""
        bucket, key = self._find(url)
        with _translated(url, fatal=True):
            bucket.put(key, content, chunk_size=_PART, max_concurrency=2)

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""
        bucket, key = self._find(url)
        try:
            with _translated(url):
                found = bucket.head(key)
        except FileNotFoundError:
            return None
        return StoredFile(key, found["size"], _version(found), found["last_modified"].timestamp())

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
        bucket, key = self._find(url)
        with _translated(url, fatal=True):
            bucket.delete(key)

    def _find(self, url: str) -> tuple[Bucket, str]:
        name, key = split_url(url)
        return self._bucket(name), key

    def _bucket(self, name: str) -> Bucket:
        _check_not_forked()
        if name not in self._buckets:
            self._buckets.setdefault(name, self._open_bucket(name))
        return self._buckets[name]


def _check_not_forked() -> None:
    """Refuses to hang: obstore's threads do not survive a fork.

    Raises:
        RuntimeError: This process was forked from one that has asked stores.
    """
    global _asked_by
    _asked_by = _asked_by or os.getpid()
    if _asked_by != os.getpid():
        raise RuntimeError(
            "this process was forked from one that has used an object store, which the store's "
            "client does not survive; start processes by 'spawn' or 'forkserver': a DataLoader "
            "by multiprocessing_context=utterances.worker_context"
        )


def _version(entry: "ObjectMeta") -> str:
    return (entry["e_tag"] or str(entry["last_modified"])).strip('"')


def _without_markers(bucket: Bucket, entries: "list[ObjectMeta]") -> Iterator["ObjectMeta"]:
    """The files of a listing: ``wav/``, empty, which some tools leave, is listed as ``wav``."""
    for entry, following in zip_longest(entries, entries[1:]):
        if entry["size"] or not _is_marker(bucket, entry["path"], following):
            yield entry


def _is_marker(bucket: Bucket, path: str, following: "ObjectMeta | None") -> bool:
    """Whether an empty entry stands for a folder; asks only about what may be called like one."""
    if following and following["path"].startswith(f"{path}/"):
        return True
    if "." in path.rpartition("/")[2]:
        return False
    try:
        bucket.head(path)
    except FileNotFoundError:
        return True
    return False


@contextmanager
def _translated(url: str, fatal: bool = False) -> Iterator[None]:
    """Turns what obstore raises into what a :class:`~pipeline.storage.store.Store` raises.

    Args:
        url: URL that was asked for.
        fatal: Whether a refusal stops the build (a listing, a write), and not just one file.
    """
    try:
        yield
    except InvalidPathError as error:
        raise DataError(
            f"{url}: holds a name with an empty, '.' or '..' part, which no folder could hold: "
            f"{_first_line(error)}; rename or delete it"
        ) from None
    except (BaseError, FileNotFoundError) as error:
        raise _failure(error, url, fatal) from None
    except Exception as error:  # whatever obstore raises, or who gives it keys
        raise unexpected_error(error, url) from None


def _failure(error: Exception, url: str, fatal: bool) -> Exception:
    """The exception that an error of obstore stands for."""
    message, _, cause = str(error).partition("\n\nDebug source:")
    if answer := _STATUS.search(message):
        return _refusal(int(answer[1]), answer[2], answer[3] or "", url, fatal)
    reason = re.sub(r" in [\d.]+.?s\b", "", message.rpartition("Error performing ")[2])
    if "Received redirect" in reason:
        return DataError(f"{url}: {reason}; give the bucket's region as --s3_region_name")
    if _CERTIFICATE.search(cause):
        return DataError(f"{url}: its certificate is not trusted: {reason}; see --s3_verify")
    return (UnreachableError if _UNREACHABLE.search(cause) else TransientError)(reason)


def _refusal(status: int, reason: str, body: str, url: str, fatal: bool) -> Exception:
    """The exception that an error answer of the store stands for."""
    code = _element("Code", body) or reason
    message = f"{status} {code}: {_element('Message', body)}".rstrip(": ")
    if code == "NoSuchBucket":
        return DataError(f"{url}: there is no bucket {split_url(url)[0]!r}")
    if status == 401 or code in _REFUSED:
        return DataError(f"{url}: the store refuses the credentials: {message}")
    if status >= 500 or status in (408, 429) or code in _THROTTLED | _INCOMPLETE:
        return TransientError(message)
    if fatal:
        return DataError(f"{url}: {message}")
    if status == 404:
        return FileNotFoundError(f"{url}: there is no such file")
    return OSError(message)


def _element(name: str, body: str) -> str:
    found = re.search(f"<{name}>(.*?)</{name}>", body, re.DOTALL)
    return found[1] if found else ""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
