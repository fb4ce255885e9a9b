"""Google Cloud Storage, by Google's own client.

Beam's own connector asks four times to read a file once, mostly about the bucket, lists by time of
change only, and looks for credentials that are not there for twenty seconds. Here all threads of a
process share a client, and a file is one request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import google.auth
import requests
from google.api_core.exceptions import GoogleAPICallError
from google.auth import impersonated_credentials
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, TransportError
from google.auth.transport.requests import AuthorizedSession
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

from pipeline.common.errors import DataError, UsageError
from pipeline.storage import store
from pipeline.storage.options import StoreOptions
from pipeline.storage.store import (
    Page,
    StoredFile,
    TransientError,
    UnreachableError,
    prefix_of,
    split_url,
    unexpected_error,
)

_SCOPE = "https://www.googleapis.com/auth/devstorage.read_write"
_LISTED = "items(name,size,md5Hash,crc32c),nextPageToken"


class GoogleStore:
    """Files at ``gs://bucket/name``; names are taken as they are, whatever signs they hold."""

    def __init__(self, options: StoreOptions) -> None:
        self.client = _client(options)

    def list_page(self, folder: str, after: str | None = None) -> Page:
        """A thousand files below a folder; folder markers are none."""
        bucket, name = split_url(folder)
        prefix = prefix_of(name)
        with _translated(folder, fatal=True):
            found = self.client.list_blobs(
                bucket, prefix=prefix, page_token=after, page_size=1000, fields=_LISTED, **_once()
            )
            blobs = list(next(found.pages))
        files = [
            StoredFile(blob.name.removeprefix(prefix), blob.size, _version(blob))
            for blob in blobs
            if not blob.name.endswith("/")
        ]
        return files, found.next_page_token

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a file, or a range of it, as it is stored."""
        last = None if end is None else end - 1
        with _translated(url):
            content: bytes = self._blob(url).download_as_bytes(
                start=start or None, end=last, raw_download=True, **_once()
            )
        if end is not None and len(content) != end - start:
            raise TransientError(f"{len(content)} bytes came of {end - start}")
        return content

    def write(self, url: str, content: bytes) -> None:
        """Writes a whole file, its checksum with it."""
        with _translated(url, fatal=True):
            self._blob(url).upload_from_string(content, "application/octet-stream", **_once())

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""
        blob = self._blob(url)
        try:
            with _translated(url):
                blob.reload(**_once())
        except FileNotFoundError:
            return None
        written = blob.updated.timestamp() if blob.updated else None
        return StoredFile(blob.name, blob.size, _version(blob), written)

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
        try:
            with _translated(url):
                self._blob(url).delete(**_once())
        except FileNotFoundError:
            pass

    def _blob(self, url: str) -> storage.Blob:
        bucket, name = split_url(url)
        blob: storage.Blob = self.client.bucket(bucket).blob(name)
        return blob


def _once() -> dict[str, Any]:
    """Options of one request: its timeouts, and no retries, which are RetryingStore's."""
    return {"timeout": (store.CONNECT_TIMEOUT_S, store.READ_TIMEOUT_S), "retry": None}


def _client(options: StoreOptions) -> storage.Client:
    session = AuthorizedSession(_credentials(options))
    session.mount("https://", HTTPAdapter(pool_maxsize=32))
    session.mount("http://", HTTPAdapter(pool_maxsize=32))
    # A project is asked for only where buckets are made. ``_http``, which Google calls private, is
    # the only way to more than ten connections; pyproject.toml bounds the version.
    return storage.Client("none", session.credentials, _http=session)


def _credentials(options: StoreOptions) -> Credentials:
    """Credentials of the environment, or impersonated ones; none with ``--no_auth``."""
    if options.no_auth:
        return AnonymousCredentials()
    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
    except DefaultCredentialsError:
        raise UsageError(
            "gs://: no credentials; run `gcloud auth application-default login`, set "
            "GOOGLE_APPLICATION_CREDENTIALS, or give --no_auth for what all may read"
        ) from None
    if not options.impersonate_service_account:
        return credentials
    *delegates, account = options.impersonate_service_account.split(",")
    return impersonated_credentials.Credentials(
        credentials, account, [_SCOPE], delegates=delegates or None
    )


def _version(blob: storage.Blob) -> str:
    version: str = blob.md5_hash or blob.crc32c  # files put together from parts have no MD5
    return version


@contextmanager
def _translated(url: str, fatal: bool = False) -> Iterator[None]:
    """Turns what Google's client raises into what a :class:`~pipeline.storage.store.Store` raises.

    Args:
        url: URL that was asked for.
        fatal: Whether a refusal stops the build (a listing, a write), and not
            just one file.
    """
    try:
        yield
    except GoogleAPICallError as error:
        raise _answer(error, url, fatal) from None
    except (requests.ConnectTimeout, TransportError) as error:
        raise UnreachableError(str(error)) from None
    except requests.ConnectionError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise DataError(f"{url}: its certificate is not trusted: {error}") from None
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        nobody = isinstance(reason, NewConnectionError)
        raise (UnreachableError if nobody else TransientError)(str(error)) from None
    except (requests.RequestException, HTTPError, DataCorruption) as error:
        raise TransientError(str(error)) from None
    except GoogleAuthError as error:
        if error.retryable:
            raise TransientError(str(error)) from None
        raise DataError(f"{url}: the store refuses the credentials: {error}") from None
    except Exception as error:  # whatever its client raises
        raise unexpected_error(error, url) from None


def _answer(error: GoogleAPICallError, url: str, fatal: bool) -> Exception:
    """The exception that an error answer of the store stands for."""
    message = f"{error.code} {error.message}".partition("\n")[0]
    if error.code in {408, 429} or (error.code or 0) >= 500:
        return TransientError(message)
    if error.code == 401:
        return DataError(f"{url}: the store refuses the credentials: {message}")
    if error.code == 404 and not fatal:
        return FileNotFoundError(f"{url}: there is no such file")
    if error.code == 404:
        return DataError(f"{url}: there is no bucket {split_url(url)[0]!r}")
    return DataError(f"{url}: {message}") if fatal else OSError(message)
