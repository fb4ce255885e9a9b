"""A server of files on this machine, with the faults that servers have."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Served:
    """What the server gives, and what it was asked.

    Attributes:
        files: Path → content.
        redirects: Path → where it leads.
        statuses: Path → statuses that come first, one a request.
        break_after: Bytes after which a connection ends; None for never.
        fail_after: Requests after which it answers 503 for ever; None for never.
        etag: Of all files; empty for none.
        ranges: Whether ranges are honoured.
        lengths: Whether the length is stated.
        asked: Path and ``Range`` of every request.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    break_after: int | None = None
    fail_after: int | None = None
    etag: str = '"v1"'
    ranges: bool = True
    lengths: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serve() -> Iterator[Served]:
    """Runs a server until the block ends."""
    served = Served()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            served.asked.append((self.path, wanted))
            if target := served.redirects.get(self.path):
                self._answer(302, {"Location": target})
            elif served.statuses.get(self.path):
                self._answer(served.statuses[self.path].pop(0), {})
            elif served.fail_after is not None and len(served.asked) > served.fail_after:
                self._answer(503, {})
            elif self.path not in served.files:
                self._answer(404, {})
            else:
                self._send(served.files[self.path], wanted)

        def _send(self, content: bytes, wanted: str | None) -> None:
            fits = self.headers.get("If-Range") in (None, served.etag)
            start = int(wanted[6:-1]) if wanted and served.ranges and fits else 0
            headers = {"ETag": served.etag} if served.etag else {}
            if start and start >= len(content):
                self._answer(416, {"Content-Range": f"bytes */{len(content)}"})
                return
            if start:
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            if served.lengths:
                headers["Content-Length"] = str(len(content) - start)
            self._answer(206 if start else 200, headers)
            end = len(content) if served.break_after is None else start + served.break_after
            self.wfile.write(content[start:end])

        def _answer(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
