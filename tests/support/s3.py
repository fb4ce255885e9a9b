"""An S3 store on this machine: moto over HTTP, with faults and delays where a test wants them."""

import logging
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from pipeline.storage import StoreOptions

SILENCE = 1.5
"""How long a line stalls, in s."""

Fault = int | str | None
"""An HTTP status to answer with; ``cut`` for half of the body, ``reset`` and ``stall`` for a line
that breaks or is silent then, ``expired`` for keys that are refused; None for what is asked."""


class S3:
    """The store, and what was asked of it.

    Attributes:
        url: Where it answers.
        client: For tests to fill it and look into it.
        requests: Method and path of every request since :meth:`watch`.
        together: Most requests at a time.
        sent: Bytes that were answered.
        delay: Before every answer, in s.
        fault: Method, path and number of tries → what goes wrong.
    """

    def __init__(self) -> None:
        self.app = DomainDispatcherApplication(create_backend_app)
        self.lock = threading.Lock()
        self.now = 0
        self.watch()

    def watch(self, fault: Callable[[str, str, int], Fault] = lambda *_: None, delay: float = 0):
        """Forgets what was asked so far; from now on answers like this."""
        self.requests: list[tuple[str, str]] = []
        self.tries: Counter[tuple[str, str]] = Counter()
        self.faults: Counter[Fault] = Counter()
        self.together = 0
        self.sent = 0
        self.fault, self.delay = fault, delay

    @property
    def options(self) -> StoreOptions:
        return StoreOptions(
            s3_endpoint_url=self.url,
            s3_access_key_id="key",
            s3_secret_access_key="secret",
            s3_region_name="us-east-1",
        )

    @property
    def arguments(self) -> list[str]:
        return self.options.to_arguments()

    def fill(self, bucket: str, files: dict[str, bytes]) -> None:
        self.client.create_bucket(Bucket=bucket)
        for key, content in files.items():
            self.client.put_object(Bucket=bucket, Key=key, Body=content)

    def contents(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return {
            entry["Key"].removeprefix(prefix): self.client.get_object(
                Bucket=bucket, Key=entry["Key"]
            )["Body"].read()
            for entry in found
        }

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_X_TEST"):  # the test's own client
            return self.app(environ, start)
        asked = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        with self.lock:
            self.requests.append(asked)
            self.tries[asked] += 1
            fault = self.fault(*asked, self.tries[asked])
            self.faults[fault] += 1
            self.now += 1
            self.together = max(self.together, self.now)
        time.sleep(self.delay)
        try:
            if isinstance(fault, int) or fault == "expired":
                return _refuse(400 if fault == "expired" else fault, start)
            body = b"".join(self.app(environ, start))
            self.sent += len(body)
            if fault in ("reset", "stall"):
                return _break(body, environ["werkzeug.socket"], fault)
            return [body[: len(body) // 2] if fault == "cut" else body]
        finally:
            with self.lock:
                self.now -= 1


def _refuse(status: int, start: Callable[..., Any]) -> Iterable[bytes]:
    codes = {503: "SlowDown", 400: "ExpiredToken", 403: "AccessDenied", 404: "NoSuchKey"}
    code = codes.get(status, "Error")
    start(f"{status} {code}", [("Content-Type", "application/xml")])
    return [f"<Error><Code>{code}</Code><Message>told to</Message></Error>".encode()]


def _break(body: bytes, line: socket.socket, fault: str) -> Iterator[bytes]:
    if body:
        yield body[: len(body) // 2]
    if fault == "stall":
        time.sleep(SILENCE)
    reset(line)


def reset(line: socket.socket) -> None:
    """Breaks a connection as a router does that has forgotten it."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.shutdown(socket.SHUT_RDWR)
    line.close()


@contextmanager
def serve() -> Iterator[S3]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    store = S3()
    server = make_server("127.0.0.1", 0, store, threaded=True)
    store.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    store.client = boto3.client(
        "s3",
        endpoint_url=store.url,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    store.client.meta.events.register(
        "before-sign.s3", lambda request, **_: request.headers.add_header("X-Test", "1")
    )
    try:
        yield store
    finally:
        server.shutdown()
