"""Local builds: Beam's own runner on worker processes that are watched.

Beam waits for ever for a worker process that has died. Here the death of one ends the build, with
an obituary that says what it was at.
"""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_fn_api_pb2, endpoints_pb2
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.fn_api_runner.worker_handlers import (
    GrpcWorkerHandler,
    WorkerHandler,
)
from apache_beam.runners.runner import PipelineRunner
from apache_beam.transforms.environments import Environment, SubprocessSDKEnvironment
from google.protobuf import text_format

from pipeline.errors import DataError
from pipeline.whereabouts import NOTE, read_note

_URN = "exhubert:environment:watched_process:v1"
_LOOK = 0.2  # s between two looks at a worker
_TAIL = 15  # lines of a log that are shown

_CREWS: dict[str, "Crew"] = {}  # by folder; Beam creates the workers and passes only text


class Crew:
    """The worker processes of one build.

    Attributes:
        folder: Where their logs and notes lie.
        obituary: What happened to the first that died; None while all are well.
    """

    def __init__(self, folder: Path, options: PipelineOptions) -> None:
        self.folder = folder
        self.obituary: str | None = None
        quiet = {"default_sdk_harness_log_level": "ERROR"}
        given = quiet | options.get_all_options(drop_default=True)
        self._options = json.dumps({"options": given}, default=str)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._dismissed = False
        self._lock = threading.RLock()

    def start(self, name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Starts a worker; in a session of its own, so that Ctrl-C reaches only the driver."""
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "apache_beam.runners.worker.sdk_worker_main"],
                env={
                    **os.environ,
                    **environment,
                    "PIPELINE_OPTIONS": self._options,
                    NOTE: str(self._note(name)),
                    "PYTHONFAULTHANDLER": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes[name] = process
        return process

    def mourn(self, name: str, status: int) -> str:
        """Ends all workers, because one has died; returns the obituary of the first that did."""
        with self._lock:
            if self._dismissed:
                return self.obituary or "the build is over"
            self.obituary = write_obituary(status, self._note(name), self._log(name))
            self.dismiss()
        return self.obituary

    def dismiss(self) -> None:
        """Ends all workers at once. What they were writing has not got its final name yet."""
        with self._lock:
            self._dismissed = True
        for process in self._processes.values():
            process.kill()

    def wait(self) -> None:
        """Waits until every worker has ended."""
        for process in self._processes.values():
            process.wait()

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _note(self, name: str) -> Path:
        return self.folder / f"{name}.note"


@contextmanager
def local_runner(jobs: int, options: PipelineOptions) -> Iterator[tuple[PipelineRunner, Path]]:
    """Beam's local runner with so many workers, and a folder that all of them can write into.

    It is named outright, since the default one first tries to download another. With one job,
    everything runs in this process.

    Raises:
        DataError: A worker died. The folder with its log is kept.
    """
    folder = Path(tempfile.mkdtemp(prefix="exhubert-"))
    crew = Crew(folder, options)
    try:
        with _sign_on(crew), _ended_by_sigterm(), _chatter_to(folder / "driver.log"):
            yield _runner(jobs, folder), folder
    except Exception as error:
        raise DataError(crew.obituary) if crew.obituary else error from None
    finally:
        crew.dismiss()
        crew.wait()
        if crew.obituary is None:
            shutil.rmtree(folder, ignore_errors=True)


@Environment.register_urn(_URN, None)
class _WatchedProcess(SubprocessSDKEnvironment):
    """An environment that tells the runner only which crew its workers belong to."""

    def to_runner_api_parameter(self, context: object) -> tuple[str, bytes]:
        return _URN, self.command_string.encode()


@WorkerHandler.register_environment(_URN, bytes)
class _Worker(GrpcWorkerHandler):
    """Beam's side of one worker process."""

    def __init__(self, crew: bytes, state: Any, provision: Any, server: Any) -> None:
        super().__init__(state, provision, server)
        self._crew = _CREWS[crew.decode()]
        self._over = threading.Event()

    def start_worker(self) -> None:
        address = endpoints_pb2.ApiServiceDescriptor(url=self.control_address)
        environment = {
            "CONTROL_API_SERVICE_DESCRIPTOR": text_format.MessageToString(address),
            "WORKER_ID": self.worker_id,
        }
        self._process = self._crew.start(self.worker_id, environment)
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        if sys.exc_info()[0] is not None:  # failed or interrupted: what workers do is of no use
            self._crew.dismiss()
        super().close()

    def stop_worker(self) -> None:
        self._process.wait()

    def _watch(self) -> None:
        status = self._process.wait()
        if not self._over.is_set():
            obituary = self._crew.mourn(self.worker_id, status)
        while not self._over.wait(_LOOK):
            self._answer_all(obituary)

    def _answer_all(self, error: str) -> None:
        """Fails what the runner waits for, as a living worker would report a failure."""
        for instruction, future in list(self.control_conn._futures_by_id.items()):
            future.set(beam_fn_api_pb2.InstructionResponse(instruction_id=instruction, error=error))


def _runner(jobs: int, folder: Path) -> PipelineRunner:
    if jobs == 1:
        return FnApiRunner()
    return FnApiRunner(default_environment=_WatchedProcess.from_command_string(str(folder)))


@contextmanager
def _sign_on(crew: Crew) -> Iterator[None]:
    """Makes a crew known to the workers that Beam will create for it."""
    _CREWS[str(crew.folder)] = crew
    try:
        yield
    finally:
        del _CREWS[str(crew.folder)]


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Treats SIGTERM (a batch system, a container that is stopped) like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _chatter_to(log: Path) -> Iterator[None]:
    """Keeps off stderr what Beam logs, and what breaks in its threads, when a connection breaks."""
    beam, outside = logging.getLogger("apache_beam"), threading.excepthook
    handler = logging.FileHandler(log, delay=True)
    beam.addHandler(handler)
    beam.propagate = False
    threading.excepthook = lambda error: beam.error("%s", error.thread, exc_info=error.exc_value)
    try:
        yield
    finally:
        threading.excepthook = outside
        beam.propagate = True
        beam.removeHandler(handler)
        handler.close()


def write_obituary(status: int, note: Path, log: Path) -> str:
    """What is known of a worker that died, and what to do about it.

    Args:
        status: As ``subprocess`` gives it: negative for a signal.
        note: File in which the worker noted what it was at.
        log: File of its output, which is kept.
    """
    clip = read_note(note)
    where = f", while it was at {clip}" if clip else ""
    tail = "".join(f"\n    {line}" for line in _telling_lines(log)) or " (empty)"
    return (
        f"a worker process {_cause(status)}{where}. "
        "Shards that are complete stay: building again resumes.\n"
        f"Its log, {log}:{tail}"
    )


def _telling_lines(log: Path) -> list[str]:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for number, line in enumerate(lines):
        if line.startswith("Fatal Python error"):  # the stack comes next, then other threads
            return lines[number : number + _TAIL]
    return lines[-_TAIL:]


def _cause(status: int) -> str:
    if status == -signal.SIGKILL:
        return "was killed (SIGKILL), as the system does when memory runs out (try fewer --jobs)"
    if status == -signal.SIGSEGV:
        return "crashed (SIGSEGV), most likely in a decoder"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"
