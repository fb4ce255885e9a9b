"""Standard streams of build processes: what they print may get lost, and never ends the build."""

import os
import sys
from contextlib import suppress
from io import TextIOBase


class LogStream(TextIOBase):
    """Text to a file descriptor; what a full disk does not take is dropped.

    Beam prints an error before it reports it: where printing raised another, the error was never
    reported, and the build waited for ever.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        """Writes text; gives its length, as if all of it had been written."""
        with suppress(OSError):
            os.write(self._descriptor, text.encode(errors="backslashreplace"))
        return len(text)

    def fileno(self) -> int:
        """The file descriptor."""
        return self._descriptor

    def writable(self) -> bool:
        """Whether it can be written to: yes."""
        return True


def log_to(descriptor: int) -> None:
    """Has this process, and those that it starts, print to a file that is open."""
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.stdout, sys.stderr = LogStream(1), LogStream(2)
