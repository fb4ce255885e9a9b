"""Worker processes on this machine, all forked from one that has imported what they need.

So they begin at once, and hold the memory of the imports together. Nothing is imported here that
takes long: a pool can be called before the caller's own imports, and be ready by their end.
"""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from pipeline.monitoring.worker_status import NOTE, read_current_clip

_TAIL = 15  # lines of a log that are shown


class WorkerPool:
    """The worker processes of one build; used as a context, at whose end there are none left.

    A pool of one is the calling process itself: nobody is called.

    Attributes:
        size: Number of workers.
        folder: Where their logs and notes lie; kept where one of them died.
        failure: What happened to the first that died; None while all are well.
    """

    def __init__(self, size: int) -> None:
        """Calls so many workers."""
        self.size = size
        self.folder = Path(tempfile.mkdtemp(prefix="exhubert-"))
        self.failure: str | None = None
        self._names: list[str] = []
        self._orders: list[int] = []  # pipes, of which each worker waits at one
        self._ends: dict[int, int] = {}  # how workers ended, by their number
        self._ended = threading.Condition()
        self._terminated = False
        self._lock = threading.RLock()
        self._fork_server: subprocess.Popen[bytes] | None = None
        if size > 1:
            self._call()

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *error: object) -> None:
        self.terminate()
        if self._fork_server:
            self._fork_server.wait()
        for order in self._orders[len(self._names) :]:
            os.close(order)
        if self.failure is None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name: str, environment: Mapping[str, str]) -> None:
        """Sets the next worker to work.

        Args:
            name: Its name from now on.
            environment: What Beam's worker wants to know, as environment variables.
        """
        with self._lock:
            order = self._orders[len(self._names)]
            self._names.append(name)
        mine = {**environment, NOTE: str(self._note(name))}
        with suppress(BrokenPipeError), os.fdopen(order, "w") as pipe:  # its end is told elsewhere
            json.dump({"log": str(self._log(name)), "environment": mine}, pipe)

    def wait_for(self, name: str) -> int:
        """Waits for the end of a worker; gives its status, negative for a signal."""
        number = self._names.index(name)
        with self._ended:
            self._ended.wait_for(lambda: number in self._ends)
        return self._ends[number]

    def on_worker_death(self, name: str, status: int) -> str:
        """Terminates all workers after one died; returns the failure message."""
        with self._lock:
            if self._terminated:
                return self.failure or "the build is over"
            log = self._log(name)
            log = log if log.exists() else self.folder / "pool.log"
            self.failure = describe_worker_death(status, self._note(name), log)
            self.terminate()
        return self.failure

    def terminate(self) -> None:
        """Ends all workers at once. What they were writing has not got its final name yet."""
        with self._lock:
            self._terminated = True
        if self._fork_server:
            self._fork_server.terminate()

    def _call(self) -> None:
        pipes = [os.pipe() for _ in range(self.size)]
        with (self.folder / "pool.log").open("ab") as log:
            self._fork_server = subprocess.Popen(
                [
                    sys.executable,
                    "-P",  # the current folder may hold a pipeline of the user's
                    "-m",
                    "pipeline.running.worker_pool",
                    *(str(end) for end, _ in pipes),
                ],
                env={**os.environ, "PYTHONFAULTHANDLER": "1", "PYTHONPATH": _import_path()},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[end for end, _ in pipes],
                start_new_session=True,  # Ctrl-C reaches only the driver
            )
        for end, _ in pipes:
            os.close(end)
        self._orders = [end for _, end in pipes]
        threading.Thread(target=self._listen, args=[self._fork_server], daemon=True).start()

    def _listen(self, fork_server: "subprocess.Popen[bytes]") -> None:
        """Reads how workers end from the fork server; once it has ended itself, all have."""
        for line in fork_server.stdout or ():
            number, status = map(int, line.split())
            self._note_end({number: status})
        with suppress(ProcessLookupError):  # none is left, unless the fork server was killed
            os.killpg(fork_server.pid, signal.SIGKILL)
        self._note_end(dict.fromkeys(range(self.size), fork_server.wait()) | self._ends)

    def _note_end(self, ends: Mapping[int, int]) -> None:
        with self._ended:
            self._ends |= ends
            self._ended.notify_all()

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _note(self, name: str) -> Path:
        return self.folder / f"{name}.note"


def _import_path() -> str:
    """``PYTHONPATH`` by which a child finds the packages that this process has found."""
    ours = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))


def describe_worker_death(status: int, note: Path, log: Path) -> str:
    """What is known of a worker that died, and what to do about it.

    Args:
        status: As ``subprocess`` gives it: negative for a signal.
        note: File in which the worker noted what it was at.
        log: File of its output, which is kept.
    """
    clip = read_current_clip(note)
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


def _serve(orders: list[int]) -> None:
    """The fork server: starts a worker for each order, and reports how each ended."""
    from apache_beam.runners.worker import sdk_worker_main

    import pipeline.beam.transforms  # noqa: F401  (what steps consist of)

    gc.freeze()  # else the first collection in every worker would copy what they share
    numbers: dict[int, int] = {}

    def terminate(*_: object) -> None:
        for pid in numbers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, terminate)
    for number, order in enumerate(orders):
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            _run_worker(order, sdk_worker_main.main)
        numbers[pid] = number
        os.close(order)
    while numbers:
        pid, status = os.wait()
        print(numbers.pop(pid), os.waitstatus_to_exitcode(status), flush=True)


def _run_worker(order: int, work: Callable[[list[str]], None]) -> NoReturn:
    """A worker: waits for its order, and works until Beam or the pool ends it."""
    status = 1
    try:
        with os.fdopen(order) as pipe:
            content = pipe.read()
        if content:  # else the driver is gone, or needs fewer
            told = json.loads(content)
            log = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.environ.update(told["environment"])
            work([])
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve([int(argument) for argument in sys.argv[1:]])
