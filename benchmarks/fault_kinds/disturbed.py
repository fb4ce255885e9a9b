"""Runs a command in which the system fails: ``python disturbed.py FAULT NUMBER COMMAND …``.

``write 28`` lets the writing of the file of that number fail with ENOSPC, ``spoil 28`` with EIO,
``read 5`` the read of that number with EIO; ``clock S`` makes the clock jump by S seconds at every
second look.
"""

import builtins
import errno
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DONE = 77
"""Exit status of a command that ended before the fault came."""


def fail_writes(number: int, code: int) -> list[int]:
    """From now on the writing of the file of that number fails, once, half of it done."""
    left = [number]
    write, plain = Path.write_bytes, Path.open

    def error(path: object) -> OSError:
        return OSError(code, os.strerror(code), str(path))

    def write_bytes(self: Path, data: Any) -> int:
        left[0] -= 1
        if left[0] == 0:
            write(self, bytes(data)[: len(data) // 2])
            raise error(self)
        return write(self, data)

    class FailingFile(io.BufferedWriter):
        """Fails in the middle of what is written piece by piece."""

        writes = 0

        def write(self, data: Any) -> int:
            self.writes += 1
            if self.writes == 3:
                raise error(self.name)
            return super().write(data)

    def open_or_fail(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if mode == "wb":
            left[0] -= 1
            if left[0] == 0:
                return FailingFile(io.FileIO(self, "w"))
        return plain(self, mode, *args, **kwargs)

    Path.write_bytes = write_bytes  # type: ignore[method-assign]
    Path.open = open_or_fail  # type: ignore[method-assign, assignment]
    return left


def fail_reads(number: int, code: int) -> list[int]:
    """From now on the opening for reading of that number, of a clip, fails once."""
    left = [number]
    plain: Callable[..., Any] = io.open

    def open_or_fail(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "r" in mode and str(file).endswith(".wav"):
            left[0] -= 1
            if left[0] == 0:
                raise OSError(code, os.strerror(code), str(file))
        return plain(file, mode, *args, **kwargs)

    io.open = builtins.open = open_or_fail
    return left


def jump(seconds: float) -> list[int]:
    """From now on the clock of the day jumps there and back."""
    clock, looks = time.time, [0]

    def now() -> float:
        looks[0] += 1
        return clock() + (seconds if looks[0] % 2 else 0)

    time.time = now
    return [0]


def main() -> None:
    fault, number, *words = sys.argv[1:]
    if fault == "write":
        left = fail_writes(int(number), errno.ENOSPC)
    elif fault == "spoil":
        left = fail_writes(int(number), errno.EIO)
    elif fault == "read":
        left = fail_reads(int(number), errno.EIO)
    else:
        left = jump(float(number))
    from exhubert.cli.main import main as run

    status = run(words)
    sys.exit(DONE if left[0] > 0 and status == 0 else status)


if __name__ == "__main__":
    main()
