"""Real stores on this machine: SeaweedFS and a Google emulator, from ``EXHUBERT_SERVERS``."""

import lzma
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from pipeline.storage import StoreOptions

_KEYS = """{"identities": [{"name": "me",
  "credentials": [{"accessKey": "key", "secretKey": "secret"}],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}"""


def servers_folder() -> Path:
    """The folder of the programs; skips the test where there is none."""
    folder = os.environ.get("EXHUBERT_SERVERS")
    if not folder:
        pytest.skip("EXHUBERT_SERVERS is not set: no real servers at hand")
    return Path(folder)


def unpack(name: str, into: Path) -> Path:
    """A program, ready to run."""
    program = into / name
    with lzma.open(servers_folder() / f"{name}.xz") as packed, program.open("wb") as file:
        shutil.copyfileobj(packed, file)
    program.chmod(0o755)
    return program


def free_port() -> int:
    """A port that nobody listens on, such that 10,000 above it is one, too."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port: int = server.getsockname()[1]
        if port < 55_000:
            return port


class Seaweed:
    """SeaweedFS, which can be killed and started anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = unpack("weed", folder)
        (folder / "keys.json").write_text(_KEYS)
        (folder / "data").mkdir()
        self.port = free_port()
        others = [f"-{part}.port={free_port()}" for part in ("master", "filer", "volume")]
        self.command = [str(self.program), "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1"]
        self.command += ["-ip.bind=127.0.0.1", "-s3", f"-s3.config={folder / 'keys.json'}"]
        self.command += [f"-s3.port={self.port}", "-volume.max=200", *others]
        self.command += ["-master.volumeSizeLimitMB=64"]
        self.client = boto3.client(
            "s3",
            endpoint_url=self.options().s3_endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(retries={"max_attempts": 6}),  # a busy machine is no fault
        )

    def options(self, port: int | None = None) -> StoreOptions:
        """How it is reached; by a port in front of it, if there is one."""
        return StoreOptions(
            s3_endpoint_url=f"http://127.0.0.1:{port or self.port}",
            s3_region_name="us-east-1",
            s3_access_key_id="key",
            s3_secret_access_key="secret",
        )

    def start(self) -> None:
        """Starts it; it answers some seconds later."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder)

    def kill(self) -> None:
        """Ends it as a power failure would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def fill(self, bucket: str, files: dict[str, bytes]) -> None:
        """Puts files into a new bucket; waits for the store."""
        wait_for(lambda: self.client.create_bucket(Bucket=bucket))
        for name, content in files.items():
            self.client.put_object(Bucket=bucket, Key=name, Body=content)


def wait_for(action: Callable[[], object], seconds: float = 120) -> None:
    """Tries until it works."""
    ends = time.monotonic() + seconds
    while True:
        try:
            action()
        except Exception:
            if time.monotonic() > ends:
                raise
            time.sleep(0.5)
        else:
            return


@contextmanager
def seaweed(folder: Path) -> Iterator[Seaweed]:
    """SeaweedFS, which keeps its files in a folder."""
    store = Seaweed(folder)
    store.start()
    try:
        yield store
    finally:
        store.kill()


class GoogleStore:
    """fake-gcs-server, which can be killed and started anew."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        program = unpack("fake-gcs-server", folder)
        self.command = [str(program), "-scheme", "http", "-host", "127.0.0.1"]
        self.command += ["-port", str(self.port), "-public-host", f"127.0.0.1:{self.port}"]
        self.command += ["-backend", "filesystem", "-filesystem-root", str(folder / "data")]

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{self.port}/storage/v1/b"))

    def kill(self) -> None:
        """Ends it as a power failure would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def google_store(folder: Path) -> Iterator[GoogleStore]:
    """fake-gcs-server, which keeps its files in a folder."""
    store = GoogleStore(folder)
    store.start()
    try:
        yield store
    finally:
        store.kill()


@contextmanager
def google_emulator(folder: Path) -> Iterator[int]:
    """fake-gcs-server behind a port."""
    with google_store(folder) as store:
        yield store.port


@contextmanager
def bad_line(server: int, share: float, how: str) -> Iterator[int]:
    """A port in front of a server, of whose connections a share breaks in the middle of answers."""
    port = free_port()
    script = servers_folder() / "bad_line.py"
    command = [sys.executable, str(script), str(port), str(server), str(share), how]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: socket.create_connection(("127.0.0.1", port)).close())
        yield port
    finally:
        process.kill()
        process.wait()
