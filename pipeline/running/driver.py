"""The process that runs the Beam pipeline of a build: ``-m pipeline.running``.

It has nothing of the user's program in it: neither threads, which would make forking workers
unsafe, nor a main module that starting workers would run again. Beam waits for ever for a worker
that has died; this process need not wait with it, it reports the death and ends. What runners
print goes to its log; what it has to say itself goes to its parent, a line of JSON each.
"""

import gc
import json
import os
import pickle
import signal
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.common.errors import ExhubertError, error_to_json
from pipeline.planning.build_config import BuildConfig
from pipeline.running.beam_internals import use_loopback
from pipeline.running.beam_options import runner_name
from pipeline.running.beam_pipeline import run_pipeline
from pipeline.running.driver_process import ERROR_FILE
from pipeline.running.local_runner import pool_runner
from pipeline.running.log_stream import log_to
from pipeline.running.remote_runner import run_elsewhere
from pipeline.running.runner_failure import describe_failure
from pipeline.running.worker_pool import WorkerPool


class Driver:
    """One build, and the processes that work on it."""

    def __init__(self, folder: Path, workers: int) -> None:
        """Forks workers.

        Args:
            folder: Folder for logs and progress files of workers.
            workers: Number of worker processes; 0 to leave the work to another runner.
        """
        self._folder = folder
        self._parent = os.dup(1)
        log_to(2)
        os.register_at_fork(after_in_child=lambda: os.close(self._parent))
        self._sending = threading.Lock()
        self._pool = WorkerPool(workers, folder) if workers else None
        gc.enable()

    def run(self) -> NoReturn:
        """Reads a build from stdin, runs it, sends the outcome to the parent, and ends."""
        signal.signal(signal.SIGTERM, lambda *_: self.end())
        build, options, worker_timeout = pickle.load(sys.stdin.buffer)
        options = options or PipelineOptions([])
        runner = (not self._pool and runner_name(options)) or "the build"
        threading.Thread(target=self._end_with_parent, daemon=True).start()
        try:
            if self._pool:
                counters = self._run_on_pool(self._pool, build, options)
            else:
                counters = run_elsewhere(
                    build, options, worker_timeout, self._tell_waiting, self._fail
                )
            self._send({"counters": counters})
        except ExhubertError as error:
            self._send({"error": error_to_json(error)})
        except Exception as error:
            traceback.print_exc()
            self._send({"failure": describe_failure(error, runner)})
        self.end()

    def end(self) -> NoReturn:
        """Ends this process and all that it has started, whatever threads of Beam wait for."""
        if self._pool:
            self._pool.kill()
            os._exit(0)
        os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(0)

    def _run_on_pool(self, pool: WorkerPool, build: BuildConfig, options: PipelineOptions) -> str:
        def report_death(worker: int, status: int) -> None:
            self._send({"worker": worker, "status": status})
            self.end()

        pool.watch(report_death, self._tell_waiting)
        use_loopback()
        build = replace(build, error_file=str(self._folder / ERROR_FILE))
        with pool_runner(pool, options) as runner:
            return run_pipeline(build, options, runner, str(self._folder))

    def _fail(self, message: str) -> NoReturn:
        self._send({"failure": message})
        self.end()

    def _tell_waiting(self, words: list[str]) -> None:
        self._send({"waiting": words})

    def _send(self, message: dict[str, object]) -> None:
        line = json.dumps(message).encode() + b"\n"
        with self._sending, suppress(BrokenPipeError):  # the parent is gone
            while line:
                line = line[os.write(self._parent, line) :]

    def _end_with_parent(self) -> None:
        sys.stdin.buffer.read()  # until the parent closes it, as its own death does
        self.end()
