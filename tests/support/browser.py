"""A real browser without a window, asked through its DevTools protocol."""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)


class Page:
    """A page that is open.

    Attributes:
        errors: What it has written to the console as errors, and exceptions that nobody caught.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)
        self.errors: list[str] = []

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Calls a method of the DevTools protocol."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv(timeout=30))
            if told.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(told["params"]["exceptionDetails"]))
            if (
                told.get("method") == "Log.entryAdded"
                and told["params"]["entry"]["level"] == "error"
            ):
                self.errors.append(told["params"]["entry"]["text"])
            if told.get("id") == number:
                assert "error" not in told, told["error"]
                result: dict[str, Any] = told["result"]
                return result

    def run(self, script: str) -> Any:
        """The value of an expression; of a promise, what it becomes."""
        told = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def wait(self, script: str, seconds: float = 20.0) -> None:
        """Waits until an expression is true."""
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"never true within {seconds} s: {script}"
            time.sleep(0.05)


@contextmanager
def open_page(file: Path, folder: Path, width: int = 1280) -> Iterator[Page]:
    """Opens a page from a file, as a double click does; skips where there is no browser.

    Args:
        file: The page.
        folder: For the browser's profile.
        width: Of its window, in pixels.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(_PROGRAMS)} is installed")
    options = [f"--user-data-dir={folder}", f"--window-size={width},900"]
    process = subprocess.Popen(
        [program, *_OPTIONS, *options, "about:blank"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        told = (re.search(r"listening on ws://[^:]+:(\d+)/", line) for line in process.stderr)
        port = next(found[1] for found in told if found)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=30) as answer:
            address = next(one for one in json.load(answer) if one["type"] == "page")
        with connect(address["webSocketDebuggerUrl"], max_size=None) as socket:
            page = Page(socket)
            for domain in ("Page", "Runtime", "Log"):
                page.call(f"{domain}.enable")
            page.call("Page.navigate", url=file.resolve().as_uri())
            page.wait("document.readyState == 'complete' && location.protocol == 'file:'")
            yield page
    finally:
        process.kill()
        process.wait()
