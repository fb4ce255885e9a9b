"""Times a command and weighs its whole tree of processes."""

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Run:
    """What one command took.

    Attributes:
        seconds: From start to end.
        cpu: Seconds of all processors, user and system: less shaken by what else runs.
        memory: Largest sum over the tree of processes, in bytes; pages that several share count
            once (PSS) where the system tells, else resident sizes are added.
        output: What it printed.
    """

    seconds: float
    cpu: float
    memory: int
    output: str


def time_command(command: Sequence[str]) -> Run:
    """Runs a command to its end.

    Raises:
        SystemExit: It failed.
    """
    started, cpu = time.perf_counter(), _cpu_of_children()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak = 0

    def weigh() -> None:
        nonlocal peak
        root = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.NoSuchProcess):
                peak = max(peak, sum(map(_weight, [root, *root.children(recursive=True)])))
            time.sleep(0.5)

    watcher = threading.Thread(target=weigh, daemon=True)
    watcher.start()
    output, problem = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{problem[-2000:]}")
    return Run(seconds, _cpu_of_children() - cpu, peak, output)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _weight(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    weight: int = getattr(memory, "pss", memory.rss)
    return weight
