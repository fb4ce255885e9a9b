"""Processes that live but do not get on: stopped by a signal, or long at one clip."""

import os
import time
from contextlib import suppress
from pathlib import Path

from pipeline.monitoring import read_current_clip


def is_stopped(child: int) -> bool:
    """Whether a child process is stopped (SIGSTOP, SIGTSTP), and would go on with SIGCONT.

    Args:
        child: Id of the process.
    """
    with suppress(ChildProcessError):  # it has been waited for
        flags = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, child, flags) is not None
    return False


def describe_stopped(group: int) -> list[str]:
    """Messages about stopped processes of a group; Linux only.

    Args:
        group: Id of the group, as of a build and the runner that it has started.
    """
    found = []
    for folder in sorted(Path("/proc").glob("[0-9]*")):
        with suppress(OSError):  # it has ended, or is another user's
            name, _, rest = (folder / "stat").read_text().partition("(")[2].rpartition(") ")
            state, _, its_group = rest.split()[:3]
            if state == "T" and int(its_group) == group:
                pid = folder.name
                found.append(f"process {pid} ({name}) is stopped: kill -CONT {pid} lets it go on")
    return found


def clip_in_work(status_file: Path) -> tuple[str, int]:
    """The clip that a worker is at, and for how many seconds; ("", 0) between shards.

    Args:
        status_file: File in which the worker notes its current clip.
    """
    with suppress(OSError):
        clip, since = read_current_clip(status_file), status_file.stat().st_mtime
        if clip:
            return clip, max(0, int(time.time() - since))
    return "", 0
