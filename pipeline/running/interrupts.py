"""Ctrl-C and SIGTERM: noted, so that whatever Beam makes of the exception, the reason is known."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 143
"""Exit status of a process that SIGTERM has ended, as shells report it."""

INTERRUPTED = 130
"""The same of SIGINT."""

_STATUS = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


@contextmanager
def note_interrupts() -> Iterator[list[int]]:
    """Has SIGTERM (a batch system, a container that is stopped) do what Ctrl-C does.

    Gives a list to which the exit status of each such signal is added. Signals that this process
    ignores stay ignored; outside of the main thread, where none arrives, nothing is done.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        received.append(_STATUS[signal.Signals(number)])
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in _STATUS}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
