"""Number of processes or threads that can work at once."""

import os


def usable_cores() -> int:
    """Cores that this process may use: in a container fewer than the machine has.

    >>> usable_cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
