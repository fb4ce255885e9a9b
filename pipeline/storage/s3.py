"""Amazon S3 and what speaks like it (MinIO, Ceph, R2, …), by boto3, with Beam's ``--s3_*`` options.

Beam's own S3 connector makes a new client and a new connection for every file it opens, which
costs more than decoding a clip, asks for the size before it reads, writes in three requests, and
waits ten minutes before it says that nobody answers. Here all threads of a process share a client.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore import exceptions as boto
from botocore.config import Config
from urllib3.exceptions import HTTPError

from pipeline.common.errors import DataError, UsageError
from pipeline.storage.options import StoreOptions
from pipeline.storage.protocol import (
    Page,
    StoredFile,
    TransientError,
    UnreachableError,
    prefix_of,
    split_url,
)

_SILENT = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError)
_BROKEN_OFF = (boto.HTTPClientError, boto.IncompleteReadError, HTTPError)
_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.ProfileNotFound,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.UnauthorizedSSOTokenError,
)
_THROTTLED = {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded"}
_INCOMPLETE = {"RequestTimeout", "IncompleteBody", "BadDigest"}
_REFUSED = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}


class S3Store:
    """Files at ``s3://bucket/key``; keys are taken as they are, whatever signs they hold."""

    def __init__(self, options: StoreOptions) -> None:
        self.client = _client(options)

    def list_page(self, folder: str, after: str | None = None) -> Page:
        """A thousand files below a folder; folder markers are none."""
        bucket, key = split_url(folder)
        prefix = prefix_of(key)
        place = {"ContinuationToken": after} if after else {}
        with _translated(folder, whole=True):
            found = self.client.list_objects_v2(Bucket=bucket, Prefix=prefix, **place)
        files = [
            StoredFile(entry["Key"].removeprefix(prefix), entry["Size"], entry["ETag"].strip('"'))
            for entry in found.get("Contents", [])
            if not entry["Key"].endswith("/")
        ]
        return files, found.get("NextContinuationToken")

    def read(self, url: str, start: int = 0, end: int | None = None) -> bytes:
        """Content of a file, or a range of it; as many bytes as the store has promised."""
        bucket, key = split_url(url)
        wanted = {} if end is None and not start else {"Range": f"bytes={start}-{_last(end)}"}
        with _translated(url):
            answer = self.client.get_object(Bucket=bucket, Key=key, **wanted)
            content: bytes = answer["Body"].read()
        if len(content) != answer["ContentLength"]:
            raise TransientError(f"{len(content)} bytes came of {answer['ContentLength']}")
        return content

    def write(self, url: str, content: bytes) -> None:
        """Writes a file in one request, its checksum with it."""
        bucket, key = split_url(url)
        with _translated(url, whole=True):
            self.client.put_object(Bucket=bucket, Key=key, Body=content)

    def find(self, url: str) -> StoredFile | None:
        """The file at a URL; None where there is none."""
        bucket, key = split_url(url)
        try:
            with _translated(url):
                found = self.client.head_object(Bucket=bucket, Key=key)
        except FileNotFoundError:
            return None
        return StoredFile(key, found["ContentLength"], found["ETag"].strip('"'))

    def delete(self, url: str) -> None:
        """Deletes a file, if it is there."""
        bucket, key = split_url(url)
        with _translated(url, whole=True):
            self.client.delete_object(Bucket=bucket, Key=key)


def _client(options: StoreOptions) -> Any:
    """A client by the options; what they leave open, AWS' own environment and files say."""
    try:
        return boto3.session.Session().client(
            "s3",
            region_name=options.s3_region_name,
            use_ssl=not options.s3_disable_ssl,
            verify=False if options.s3_verify == "false" else options.s3_verify,
            endpoint_url=options.s3_endpoint_url,
            aws_access_key_id=options.s3_access_key_id,
            aws_secret_access_key=options.s3_secret_access_key,
            aws_session_token=options.s3_session_token,
            config=Config(
                retries={"total_max_attempts": 1},  # RetryingStore tries again
                connect_timeout=5,
                read_timeout=30,
                max_pool_connections=32,
            ),
        )
    except (boto.BotoCoreError, ValueError) as error:
        raise UsageError(f"s3://: {error}; see --s3_endpoint_url and its like") from None


def _last(end: int | None) -> int | str:
    return "" if end is None else end - 1


@contextmanager
def _translated(url: str, whole: bool = False) -> Iterator[None]:
    """Turns what boto3 raises into what a :class:`Store` raises.

    Args:
        url: What was asked for.
        whole: Whether being refused it means that nothing can go on (a listing, a write), and not
            just that one file can't be read.
    """
    bucket, _ = split_url(url)
    try:
        yield
    except boto.ClientError as error:
        raise _answer(error, bucket, url, whole) from None
    except _SILENT as error:
        raise UnreachableError(str(error)) from None
    except boto.SSLError as error:
        raise DataError(f"{url}: {error}; see --s3_verify and --s3_disable_ssl") from None
    except _BROKEN_OFF as error:
        raise TransientError(str(error)) from None
    except _NO_CREDENTIALS as error:
        raise UsageError(
            f"{url}: no credentials ({error}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or "
            "AWS_PROFILE, or give --s3_access_key_id and --s3_secret_access_key"
        ) from None
    except boto.BotoCoreError as error:
        raise UsageError(f"{url}: {error}") from None


def _answer(error: boto.ClientError, bucket: str, url: str, whole: bool) -> Exception:
    """The exception that an error answer of the store stands for."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = error.response.get("Error", {}).get("Message", "")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    told = f"{status} {code}: {message}".rstrip(": ")
    if code == "NoSuchBucket":
        return DataError(f"{url}: there is no bucket {bucket!r}")
    if code in _REFUSED:
        return DataError(f"{url}: the store refuses the credentials: {told}")
    if status >= 500 or status == 429 or code in _THROTTLED | _INCOMPLETE:
        return TransientError(told)
    if whole:
        return DataError(f"{url}: {told}")
    if status == 404:
        return FileNotFoundError(f"{url}: there is no such file")
    return OSError(told)
