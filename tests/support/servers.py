"""Real servers and runners for tests: programs packed in a folder that EXHUBERT_SERVERS names."""

import lzma
import os
import shutil
from pathlib import Path

import pytest


def unpack_server(name: str, folder: Path) -> Path:
    """Unpacks a program, to be run; skips the test where there is none.

    Args:
        name: Such as ``prism``.
        folder: Where to put it.
    """
    servers = os.environ.get("EXHUBERT_SERVERS")
    packed = Path(servers or ".", f"{name}.xz")
    if not servers or not packed.is_file():
        pytest.skip(f"EXHUBERT_SERVERS names no folder with {name}.xz")
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    with lzma.open(packed) as source, program.open("wb") as target:
        shutil.copyfileobj(source, target)
    program.chmod(0o755)
    return program
