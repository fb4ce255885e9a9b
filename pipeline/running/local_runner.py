"""Local builds: Beam's own runner on worker processes that are watched.

Beam waits for ever for a worker process that has died. Here the death of one ends the build, with
an failure that says what it was at.
"""

import json
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.portability.api import beam_fn_api_pb2, endpoints_pb2
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.portability.fn_api_runner.worker_handlers import (
    GrpcWorkerHandler,
    WorkerHandler,
)
from apache_beam.runners.runner import PipelineRunner
from apache_beam.transforms.environments import Environment, SubprocessSDKEnvironment
from google.protobuf import text_format

from pipeline.common.errors import DataError
from pipeline.running.worker_pool import WorkerPool

_URN = "exhubert:environment:watched_process:v1"
_POLL_SECONDS = 0.2  # polling interval, in s

_POOLS: dict[str, tuple[WorkerPool, str]] = {}
"""Pools, and the options that their workers are told, by folder: Beam passes on only text."""


@contextmanager
def local_runner(pool: WorkerPool, options: PipelineOptions) -> Iterator[PipelineRunner]:
    """Beam's local runner on the workers of a pool.

    It is named outright, since the default one first tries to download another. A pool of one is
    this process: everything runs in it.

    Raises:
        DataError: A worker died. The pool's folder, with its log, is kept.
    """
    options.view_as(DirectOptions).direct_num_workers = pool.size
    try:
        with (
            _registered(pool, options),
            _ended_by_sigterm(),
            _log_beam_to(pool.folder / "driver.log"),
        ):
            yield _runner(pool)
    except Exception as error:
        raise DataError(pool.failure) if pool.failure else error from None


@Environment.register_urn(_URN, None)
class _PoolEnvironment(SubprocessSDKEnvironment):
    """An environment that tells the runner only which pool its workers belong to."""

    def to_runner_api_parameter(self, context: object) -> tuple[str, bytes]:
        return _URN, self.command_string.encode()


@WorkerHandler.register_environment(_URN, bytes)
class _PoolWorkerHandler(GrpcWorkerHandler):
    """Beam's side of one worker process."""

    def __init__(self, pool: bytes, state: Any, provision: Any, server: Any) -> None:
        super().__init__(state, provision, server)
        self._pool, self._options = _POOLS[pool.decode()]
        self._ended = threading.Event()

    def start_worker(self) -> None:
        address = endpoints_pb2.ApiServiceDescriptor(url=self.control_address)
        environment = {
            "CONTROL_API_SERVICE_DESCRIPTOR": text_format.MessageToString(address),
            "WORKER_ID": self.worker_id,
            "PIPELINE_OPTIONS": self._options,
        }
        self._pool.start(self.worker_id, environment)
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        self._ended.set()
        self._pool.terminate()  # the pipeline has ended, with or without success
        super().close()

    def stop_worker(self) -> None:
        self._pool.wait_for(self.worker_id)

    def _watch(self) -> None:
        status = self._pool.wait_for(self.worker_id)
        if not self._ended.is_set():
            failure = self._pool.on_worker_death(self.worker_id, status)
        while not self._ended.wait(_POLL_SECONDS):
            self._fail_pending(failure)

    def _fail_pending(self, error: str) -> None:
        """Fails what the runner waits for, as a living worker would report a failure."""
        for instruction, future in list(self.control_conn._futures_by_id.items()):
            future.set(beam_fn_api_pb2.InstructionResponse(instruction_id=instruction, error=error))


def _runner(pool: WorkerPool) -> PipelineRunner:
    if pool.size == 1:
        return FnApiRunner()
    return FnApiRunner(default_environment=_PoolEnvironment.from_command_string(str(pool.folder)))


@contextmanager
def _registered(pool: WorkerPool, options: PipelineOptions) -> Iterator[None]:
    """Makes a pool known to the workers that Beam will create for it."""
    quiet = {"default_sdk_harness_log_level": "ERROR"}
    given = quiet | options.get_all_options(drop_default=True)
    _POOLS[str(pool.folder)] = pool, json.dumps({"options": given}, default=str)
    try:
        yield
    finally:
        del _POOLS[str(pool.folder)]


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
def _log_beam_to(log: Path) -> Iterator[None]:
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
