"""A local build's own process (:mod:`pipeline.running.driver`), seen from the one that wants it.

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
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import DataError, error_from_json
from pipeline.running.worker_death import describe_worker_death, log_file, status_file

if TYPE_CHECKING:
    from pipeline.planning.build_config import BuildConfig

RESULT_FILE = "result.json"
"""What came of a build: counters, an error, or number and status of the worker that died."""

ERROR_FILE = "error.json"
"""The error for the user that a worker met, if it met one."""

_GRACE = 5  # s that the process has to end its workers


class DriverProcess:
    """Runs the pipeline of one build; used as a context, at whose end no process of it is left.

    Attributes:
        workers: Number of worker processes.
        folder: Where logs and status files lie; kept if a process died.
    """

    def __init__(self, workers: int) -> None:
        """Starts the process, which forks its workers."""
        self.workers = workers
        self.folder = Path(tempfile.mkdtemp(prefix="exhubert-"))
        self._log = self.folder / "pool.log"
        self._died = False
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",  # the current folder may hold a pipeline of the user's
                    "-m",
                    "pipeline.running.driver",
                    str(self.folder),
                    str(workers),
                ],
                env={**os.environ, **_environment()},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the caller
            )

    def __enter__(self) -> "DriverProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
        if not self._died:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, build: "BuildConfig", options: Mapping[str, Any]) -> str:
        """Builds, and waits for the end.

        Args:
            build: What to build.
            options: Beam's options, by name.

        Returns:
            Beam's counters, in a line for people.

        Raises:
            ExhubertError: A worker met it.
            DataError: A process died.
        """
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # its end is told below
            pickle.dump((build, dict(options)), self._process.stdin)
            self._process.stdin.flush()
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._end()
        result = self._read_result()
        if "counters" in result:
            return str(result["counters"])
        if "error" in result:
            raise error_from_json(result["error"])
        self._died = True
        if "worker" in result:
            number = result["worker"]
            status, log = result["status"], log_file(self.folder, number)
            raise DataError(describe_worker_death(status, status_file(self.folder, number), log))
        status = self._process.returncode
        raise DataError(describe_worker_death(status, self.folder / "none", self._log))

    def _read_result(self) -> dict[str, Any]:
        file = self.folder / RESULT_FILE
        content: dict[str, Any] = json.loads(file.read_bytes()) if file.exists() else {}
        return content

    def _end(self) -> None:
        """Ends every process of the build; what they were writing has not got its final name."""
        if self._process.returncode is not None:
            return
        self._process.terminate()  # it kills its workers, and waits for their end
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        with suppress(ProcessLookupError):  # none is left, unless the driver itself was killed
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _environment() -> dict[str, str]:
    ours = str(Path(__file__).resolve().parents[2])
    return {
        "PYTHONFAULTHANDLER": "1",
        # By which a child finds the packages that this process has found.
        "PYTHONPATH": os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")])),
        # gRPC takes http_proxy for connections within a machine, too.
        "no_grpc_proxy": "localhost,127.0.0.1",
    }
