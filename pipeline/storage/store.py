"""The protocol of stores, and their errors."""

from dataclasses import dataclass
from typing import Protocol

from pipeline.common.errors import DataError


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as a store lists it.

    Attributes:
        path: Path below the folder that was listed.
        size: Size in bytes.
        version: A checksum or a time, which differs whenever the content does.
        written: Time of writing, in s since 1970; known only for single files, and not in every
            store.
    """

    path: str
    size: int
    version: str
    written: float | None = None


CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 30.0
"""Longest wait, in s, for a connection, and for the next bytes of an answer."""

Page = tuple[list[StoredFile], str | None]
"""Some files of a listing, and where the next page begins; None after the last."""


def split_url(url: str) -> tuple[str, str]:
    """Bucket and key of a URL, taken as they are.

    >>> split_url("s3://bucket/a/b #1.wav")
    ('bucket', 'a/b #1.wav')
    """
    bucket, _, key = url.partition("://")[2].partition("/")
    return bucket, key


def prefix_of(folder: str) -> str:
    """Prefix of the keys of all files below a folder; empty for the whole bucket."""
    return folder.rstrip("/") + "/" if folder.strip("/") else ""


class TransientError(OSError):
    """An error that a retry may resolve: throttling, a server error, a body cut short."""


class UnreachableError(TransientError):
    """The endpoint does not answer."""


_NOT_TRANSIENT = (ArithmeticError, AttributeError, ImportError, LookupError, TypeError, ValueError)


def unexpected_error(error: Exception, url: str) -> TransientError | DataError:
    """The exception to raise for an unforeseen one of a client library."""
    message = f"{type(error).__name__}: {error}".strip().partition("\n")[0]
    if isinstance(error, (*_NOT_TRANSIENT, NotImplementedError)):
        return DataError(f"{url}: the store's client has failed: {message}")
    return TransientError(message)


class Store(Protocol):
    """Files by URL, read and written whole.

    Every method raises :class:`TransientError` where another try may help, ``OSError`` where this
    file can't be read, ``DataError`` where the store as a whole can't be used (no such bucket,
    access refused), and ``UsageError`` where options are missing (no credentials).
    """

    def list_page(self, folder: str, after: str | None = None) -> Page:
        """Files at any depth below a folder, a page of them; none where there is no folder."""

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a file, or its bytes from ``start`` to before ``end``.

        Raises:
            FileNotFoundError: There is no such file.
        """

    def write(self, url: str, content: bytes) -> None:
        """Writes a file that appears under its name only when complete."""

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
