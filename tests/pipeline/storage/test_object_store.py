"""What obstore says of failures, in words that its releases might change."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from pipeline.common.errors import DataError
from pipeline.storage import StoreOptions, object_store
from pipeline.storage.object_store import ObjectStore
from pipeline.storage.s3 import open_s3
from pipeline.storage.store import TransientError, UnreachableError


def store_at(url: str) -> ObjectStore:
    return open_s3(
        StoreOptions(
            s3_endpoint_url=url,
            s3_access_key_id="key",
            s3_secret_access_key="secret",
            s3_region_name="us-east-1",
        )
    )


@pytest.fixture
def answering() -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each connection with the bytes in a list."""
    answer: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"".join(answer))

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", answer
        server.shutdown(socket.SHUT_RDWR)


def xml(status: int, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code><Message>told to</Message></Error>"
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (xml(503, "SlowDown"), TransientError, "^503 SlowDown: told to$"),
        (xml(400, "RequestTimeout"), TransientError, "400 RequestTimeout"),
        (xml(429, "TooMany"), TransientError, "429 TooMany"),
        (xml(404, "NoSuchKey"), FileNotFoundError, "there is no such file"),
        (xml(404, "NoSuchBucket"), DataError, "there is no bucket 'bucket'"),
        (xml(401, "Unauthorized"), DataError, "refuses the credentials: 401"),
        (xml(403, "InvalidAccessKeyId"), DataError, "refuses the credentials: 403"),
        (xml(403, "AccessDenied"), OSError, "^403 AccessDenied: told to$"),
        (xml(301, "PermanentRedirect"), DataError, "--s3_region_name"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", TransientError, "body"),
        (b"", TransientError, "GET http://127"),
    ],
)
def test_failures_are_told_apart(
    answering: tuple[str, list[bytes]],
    answer: bytes,
    error: type[Exception],
    message: str,
) -> None:
    url, answers = answering
    answers.append(answer)
    with pytest.raises(error, match=message) as caught:
        store_at(url).read("s3://bucket/a.wav")
    assert type(caught.value) is error


def test_nobody_answers() -> None:
    with pytest.raises(UnreachableError, match=r"^GET http://127\.0\.0\.1:9/bucket/a\.wav - "):
        store_at("http://127.0.0.1:9").read("s3://bucket/a.wav")


def test_a_forked_process_is_told_instead_of_left_waiting() -> None:
    with pytest.raises(UnreachableError):
        store_at("http://127.0.0.1:9").find("s3://bucket/a.wav")
    if child := os.fork():
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
        return
    try:
        store_at("http://127.0.0.1:9").find("s3://bucket/a.wav")
    except RuntimeError as error:
        os._exit(3 if "multiprocessing_context=utterances.worker_context" in str(error) else 4)
    os._exit(0)


def test_words_of_the_library_that_are_read() -> None:
    told = "Error performing GET http://x/y in 1.5ms - HTTP error: error sending request"
    cause = "\n\nDebug source:\nGeneric { kind: Connect, certificate verify failed }"
    error = object_store._failure(Exception(told + cause), "s3://b/x", fatal=False)
    assert isinstance(error, DataError)
    assert "not trusted: GET http://x/y - HTTP error" in str(error)
