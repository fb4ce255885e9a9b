"""What lies in folders."""

from pathlib import Path


def files_of(folder: Path) -> dict[str, bytes]:
    """Path of every file below a folder → its content."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
