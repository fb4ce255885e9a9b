"""Writing and reading the dataset folder, local or remote: whole files, complete or not there."""

import os
import re
import uuid
from pathlib import Path

from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from pipeline.files import is_remote


def join(root: str, *parts: str) -> str:
    """Path of a file below a root."""
    return "/".join([root.rstrip("/"), *parts])


def write(path: str, content: bytes | memoryview) -> None:
    """Writes a file that appears under its name only when complete.

    A local file is written aside and renamed; object stores do so of themselves.
    """
    if is_remote(path):
        with FileSystems.create(path) as stream:
            stream.write(bytes(content))
        return
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        aside.write_bytes(content)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def read(path: str) -> bytes | None:
    """Content of a file; None where there is none."""
    if not is_remote(path):
        try:
            return Path(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
    if not FileSystems.exists(path):
        return None
    with FileSystems.open(path) as stream:
        content: bytes = stream.read()
        return content


def size(path: str) -> int | None:
    """Size of a file in bytes; None where there is none."""
    if not is_remote(path):
        try:
            return Path(path).stat().st_size
        except OSError:
            return None
    try:
        (found,) = FileSystems.match([path])
    except BeamIOError:
        return None
    return found.metadata_list[0].size_in_bytes if found.metadata_list else None


def list_names(folder: str) -> list[str]:
    """Paths of all files below a folder, relative to it, sorted; none where there is no folder."""
    if not is_remote(folder):
        return sorted(
            Path(place, name).relative_to(folder).as_posix()
            for place, _, names in os.walk(folder)
            for name in names
        )
    (found,) = FileSystems.match([join(folder, "**")])
    return sorted(
        entry.path.removeprefix(folder.rstrip("/") + "/") for entry in found.metadata_list
    )


def delete(path: str) -> None:
    """Deletes a file, if it is there."""
    if not is_remote(path):
        Path(path).unlink(missing_ok=True)
    elif FileSystems.exists(path):
        FileSystems.delete([path])


def delete_leftovers(folder: str) -> None:
    """Deletes what local writes that were killed have left aside below a folder."""
    if is_remote(folder):
        return
    for name in list_names(folder):
        if re.fullmatch(r"\..+\.[0-9a-f]{32}", name.rsplit("/", 1)[-1]):
            delete(join(folder, name))
