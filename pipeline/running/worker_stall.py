"""Processes that live but do not get on: stopped by a signal, or long at one clip."""

import os
import time
from contextlib import suppress
from pathlib import Path

from pipeline.monitoring import read_current_clip


def is_stopped(child: int) -> bool:
    """Whether a child process is stopped (SIGSTOP, SIGTSTP), and would go on with SIGCONT.

    Args:
        child: Its id.
    """
    with suppress(ChildProcessError):  # it has been waited for
        flags = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, child, flags) is not None
    return False


def clip_in_work(status_file: Path) -> tuple[str, int]:
    """The clip that a worker is at, and for how many seconds; ("", 0) between shards.

    Args:
        status_file: In which the worker notes each clip as it begins with it.
    """
    with suppress(OSError):
        clip, since = read_current_clip(status_file), status_file.stat().st_mtime
        if clip:
            return clip, max(0, int(time.time() - since))
    return "", 0
