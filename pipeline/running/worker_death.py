"""Files that a worker process leaves, and the message made from them if it has died."""

import signal
from contextlib import suppress
from pathlib import Path

from pipeline.monitoring import read_current_clip

_TAIL = 15  # lines of a log that are shown


def log_file(folder: Path, number: int) -> Path:
    """File of a worker's output."""
    return folder / f"worker-{number}.log"


def status_file(folder: Path, number: int) -> Path:
    """File in which a worker notes its current clip."""
    return folder / f"worker-{number}.status"


def describe_worker_death(status: int, status_file: Path, log: Path) -> str:
    """The message about a worker that died, and what to do.

    Args:
        status: Status, as ``subprocess`` gives it: negative for a signal.
        status_file: File in which the worker noted its current clip.
        log: File of its output, which is kept.
    """
    clip = read_current_clip(status_file)
    where = f", while it was at {clip}" if clip else ""
    tail = "".join(f"\n    {line}" for line in _last_lines(log)) or " (empty)"
    return (
        f"a worker process {_cause(status)}{where}. "
        "Shards that are complete stay: building again resumes.\n"
        f"Its log, {log}:{tail}"
    )


def _last_lines(log: Path) -> list[str]:
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
