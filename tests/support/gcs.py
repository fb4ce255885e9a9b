"""Google Cloud Storage on this machine: an emulator over HTTP, with faults where wanted."""

import logging
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, partialmethod
from http.server import ThreadingHTTPServer

from gcp_storage_emulator.server import RequestHandler, Router
from gcp_storage_emulator.storage import Storage
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

SILENCE = 1.5
"""How long a line stalls, in s."""

Fault = int | str | None


class GCS:
    """The store, and what was asked of it.

    Attributes:
        url: Where it answers; a client finds it by ``STORAGE_EMULATOR_HOST``.
        client: For tests to fill it and look into it.
        requests: Method and path of every request since :meth:`watch`.
        fault: Method, path and number of tries → an HTTP status to answer with; ``cut``, ``reset``
            and ``stall`` for a body that breaks off, ``expired`` for keys that are refused; None
            for what is asked.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.watch()

    def watch(self, fault: Callable[[str, str, int], Fault] = lambda *_: None) -> None:
        """Forgets what was asked so far; from now on answers like this."""
        self.requests: list[tuple[str, str]] = []
        self.tries: Counter[tuple[str, str]] = Counter()
        self.fault = fault

    def fill(self, bucket: str, files: dict[str, bytes]) -> None:
        self.client.create_bucket(bucket)
        for name, content in files.items():
            self.client.bucket(bucket).blob(name).upload_from_string(content)

    def contents(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        blobs = self.client.list_blobs(bucket, prefix=prefix)
        return {blob.name.removeprefix(prefix): blob.download_as_bytes() for blob in blobs}

    def find_fault(self, method: str, path: str) -> Fault:
        with self.lock:
            self.requests.append((method, path))
            self.tries[method, path] += 1
            return self.fault(method, path, self.tries[method, path])


def client_of(url: str) -> storage.Client:
    return storage.Client("tests", AnonymousCredentials(), client_options={"api_endpoint": url})


@contextmanager
def serve() -> Iterator[GCS]:
    logging.getLogger("gcp_storage_emulator").setLevel(logging.CRITICAL)
    store, kept = GCS(), Storage(use_memory_fs=True)

    class Handler(RequestHandler):
        def do(self, method: str) -> None:
            fault = store.find_fault(method, self.path)
            if fault in ("cut", "reset", "stall"):
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"begun")
                self.close_connection = True
                if fault == "stall":
                    time.sleep(SILENCE)
                if fault != "cut":
                    self.connection.setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
            elif fault == "expired":
                self.send_error(401)
            elif fault:
                self.send_error(fault)
            else:
                Router(self).handle(method)

    for method in ("GET", "POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", partialmethod(Handler.do, method))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, kept))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    store.url = f"http://127.0.0.1:{server.server_port}"
    store.client = client_of(store.url)
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
