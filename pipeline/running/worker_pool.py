"""Worker processes on this machine, forked from one that has imported all that they need.

So they start at once, and share the memory of the imports.
"""

import gc
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from pipeline.monitoring import STATUS_FILE_ENV
from pipeline.running.beam_internals import sdk_worker_main
from pipeline.running.log_stream import log_to
from pipeline.running.worker_death import log_file, status_file
from pipeline.running.worker_stall import clip_in_work, is_stopped

_WATCH_EVERY = 1.0  # s
_LONG = 30  # s at one clip after which that is reported, again and again


class WorkerPool:
    """Forked processes, each of which waits until it is ordered to work for Beam.

    Attributes:
        folder: Folder of their logs and status files.
    """

    def __init__(self, size: int, folder: Path) -> None:
        """Forks the workers; the calling process must have no threads of its own yet."""
        context = multiprocessing.get_context("fork")
        self.folder = folder
        self._orders = [context.Pipe(duplex=False) for _ in range(size)]
        gc.freeze()  # else the first collection in every worker would copy what they share
        self._workers: list[BaseProcess] = [
            context.Process(target=self._run, args=(number,), daemon=True) for number in range(size)
        ]
        for worker in self._workers:
            worker.start()
        self._started: list[str] = []
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Number of workers."""
        return len(self._workers)

    def start(self, name: str, environment: Mapping[str, str]) -> bool:
        """Orders one more worker to work; False if there is none left.

        Args:
            name: Name for :meth:`stop`.
            environment: Environment variables for Beam's worker.
        """
        with self._lock:
            if len(self._started) == self.size:
                return False
            _, order = self._orders[len(self._started)]
            self._started.append(name)
        order.send(dict(environment))
        return True

    def stop(self, name: str) -> None:
        """Kills one worker."""
        self._workers[self._started.index(name)].kill()

    def kill(self) -> None:
        """Kills all workers at once; what they were writing has not got its final name yet."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.join()

    def watch(
        self, on_death: Callable[[int, int], None], on_stalled: Callable[[list[str]], None]
    ) -> None:
        """Watches the workers from a thread; returns at once.

        Args:
            on_death: Called with number and status of each worker that fails; the status is as
                ``subprocess`` gives it.
            on_stalled: Called with what is known of workers that do not get on, whenever that has
                changed.
        """
        threading.Thread(target=self._watch, args=(on_death, on_stalled), daemon=True).start()

    def _watch(
        self, on_death: Callable[[int, int], None], on_stalled: Callable[[list[str]], None]
    ) -> None:
        running = {worker.sentinel: number for number, worker in enumerate(self._workers)}
        reported: list[str] = []
        while running:
            for sentinel in wait(list(running), _WATCH_EVERY):
                number = running.pop(int(sentinel))  # type: ignore[arg-type]
                self._workers[number].join()
                if status := self._workers[number].exitcode:
                    on_death(number, status)
            stalled = [words for number in running.values() if (words := self._stalled(number))]
            if stalled != reported:
                on_stalled(stalled)
                reported = stalled

    def _stalled(self, number: int) -> str | None:
        pid = self._workers[number].pid
        if pid is None:
            return None
        if is_stopped(pid):
            return f"worker {number}, process {pid}, is stopped: kill -CONT {pid} lets it go on"
        clip, seconds = clip_in_work(status_file(self.folder, number))
        if seconds < _LONG:
            return None
        return (
            f"worker {number}, process {pid}, has been at {clip} for {seconds // _LONG * _LONG} s"
        )

    def _run(self, number: int) -> None:
        """Main function of a worker process."""
        status = 1
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            log = os.open(log_file(self.folder, number), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            log_to(log)
            for _, writer in self._orders:
                writer.close()  # so that the end of the driver ends all that still wait
            order: Connection[None, dict[str, str]] = self._orders[number][0]
            gc.enable()
            os.environ.update(order.recv())
            os.environ[STATUS_FILE_ENV] = str(status_file(self.folder, number))
            sdk_worker_main.main([])
            status = 0
        except EOFError:  # the driver is gone
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)  # whatever threads Beam has left
