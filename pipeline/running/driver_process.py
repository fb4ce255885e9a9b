"""A build's own process (:mod:`pipeline.running.driver`), seen from the one that wants it.

Nothing is imported here that takes long: the process can be started before the caller's own
imports, and be ready by their end.
"""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import DataError, error_from_json
from pipeline.running.scratch_folder import keep_for_people, make_scratch_folder
from pipeline.running.worker_death import describe_worker_death, log_file, status_file
from pipeline.running.worker_stall import is_stopped

if TYPE_CHECKING:
    from apache_beam.options.pipeline_options import PipelineOptions

    from pipeline.planning.build_config import BuildConfig

ERROR_FILE = "error.json"
"""The error for the user that a worker met, if it met one."""

DRIVER_LOG = "pool.log"
"""Log of the process, and on other runners of their messages."""

SCRATCH = "scratch"
"""Folder for temporary files of runners, which is removed with the process."""

_GRACE = 5  # s that the process has to end its workers
_KILLED = 1  # s within which processes that were killed are gone


class DriverProcess:
    """Runs the pipeline of one build; used as a context, at whose end no process of it is left.

    Attributes:
        workers: Number of worker processes; 0 to leave the work to another runner.
        folder: Folder of logs and status files; kept if a process or the runner failed.
    """

    def __init__(self, workers: int) -> None:
        """Starts the process, which forks its workers."""
        self.workers = workers
        self.folder = make_scratch_folder()
        self._log = self.folder / DRIVER_LOG
        self._failed = False
        self._waiting: tuple[str, ...] = ()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",  # the current folder may hold a pipeline of the user's
                    "-m",
                    "pipeline.running",
                    str(self.folder),
                    str(workers),
                ],
                env={**os.environ, **self._environment()},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the caller
            )

    def __enter__(self) -> "DriverProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
        shutil.rmtree(self.folder / SCRATCH, ignore_errors=True)
        if self._failed:
            keep_for_people(self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Messages about what the build waits for."""
        pid = self._process.pid
        if is_stopped(pid):
            return (f"process {pid} is stopped: kill -CONT {pid} lets it go on",)
        return self._waiting

    def run(
        self,
        build: "BuildConfig",
        options: "PipelineOptions | None",
        worker_timeout: float | None = None,
    ) -> str:
        """Builds, and waits for the end.

        Args:
            build: Configuration of the build.
            options: Beam's.
            worker_timeout: Seconds within which a worker of another runner must have begun; 0 for
                any number, None for what suits the runner.

        Returns:
            Beam's counters, in a line for people.

        Raises:
            ExhubertError: A worker met it.
            DataError: A process died, or the runner failed.
        """
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # its end is reported below
            pickle.dump((build, options, worker_timeout), self._process.stdin)
            self._process.stdin.flush()
        result = self._read_result()
        self._end()
        if "counters" in result:
            return str(result["counters"])
        if "error" in result:
            raise error_from_json(result["error"])
        self._failed = True
        raise DataError(self._describe(result))

    def _read_result(self) -> dict[str, Any]:
        """Outcome of the build; nothing if the process died."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message: dict[str, Any] = json.loads(line)
            if "waiting" not in message:
                return message
            self._waiting = tuple(message["waiting"])
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        return {}

    def _describe(self, result: dict[str, Any]) -> str:
        if "failure" in result:
            return f"{result['failure']}\nThe log: {self._log}"
        if "worker" in result:
            number = result["worker"]
            status, log = result["status"], log_file(self.folder, number)
            return describe_worker_death(status, status_file(self.folder, number), log)
        return describe_worker_death(self._process.returncode, self.folder / "none", self._log)

    def _end(self) -> None:
        """Ends every process of the build; what they were writing has not got its final name."""
        if self._process.returncode is not None:
            return
        self._process.terminate()  # it kills its workers, and waits for their end
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        end = time.monotonic() + _KILLED
        with suppress(ProcessLookupError):  # when none is left
            while time.monotonic() < end:
                os.killpg(self._process.pid, signal.SIGKILL)
                time.sleep(0.01)
        self._process.wait()

    def _environment(self) -> dict[str, str]:
        ours = str(Path(__file__).resolve().parents[2])
        given = os.environ.get
        unproxied = given("no_grpc_proxy") or given("no_proxy")  # the former hides the latter
        scratch = self.folder / SCRATCH  # for what Beam and runners leave where they are killed
        scratch.mkdir()
        return {
            "TMPDIR": str(scratch),
            "PYTHONFAULTHANDLER": "1",
            # By which a child finds the packages that this process has found.
            "PYTHONPATH": os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")])),
            # gRPC takes http_proxy for connections within a machine, too.
            "no_grpc_proxy": ",".join(filter(None, ["localhost,127.0.0.1,::1", unproxied])),
        }
