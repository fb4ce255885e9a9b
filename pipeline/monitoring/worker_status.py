"""Which clip a local worker is at: noted in a file, so that the worker's death can be explained."""

import os
from functools import cache
from pathlib import Path

STATUS_FILE_ENV = "EXHUBERT_STATUS_FILE"
"""Environment variable that names a worker's file."""

_LENGTH = 4_096  # bytes; each text overwrites the one before


def set_current_clip(text: str) -> None:
    """Notes the clip that comes next; does nothing in a process that was given no file."""
    file = _file()
    if file is not None:
        os.pwrite(file, text.encode()[:_LENGTH].ljust(_LENGTH), 0)


def read_current_clip(file: Path) -> str:
    """What a worker's file says; empty where there is none."""
    return file.read_bytes().decode(errors="replace").strip() if file.exists() else ""


@cache
def _file() -> int | None:
    path = os.environ.get(STATUS_FILE_ENV)
    return os.open(path, os.O_WRONLY | os.O_CREAT) if path else None
