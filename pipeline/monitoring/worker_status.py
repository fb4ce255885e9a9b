"""Which clip a local worker is at: noted in a file, so that the worker's death can be explained."""

import os
from functools import cache
from pathlib import Path

NOTE = "EXHUBERT_NOTE"
"""Environment variable that names a worker's file."""

_LENGTH = 4_096  # bytes; a note overwrites the one before


def note(text: str) -> None:
    """Notes what comes next; does nothing in a process that was given no file."""
    file = _file()
    if file is not None:
        os.pwrite(file, text.encode()[:_LENGTH].ljust(_LENGTH), 0)


def read_current_clip(file: Path) -> str:
    """The last note in a worker's file; empty where there is none."""
    return file.read_bytes().decode(errors="replace").strip() if file.exists() else ""


@cache
def _file() -> int | None:
    path = os.environ.get(NOTE)
    return os.open(path, os.O_WRONLY | os.O_CREAT) if path else None
