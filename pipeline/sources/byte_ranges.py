"""Files of which any range can be read: on disk, in a store, or inside another file."""

import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipeline.storage import is_remote, open_store, open_stream
from pipeline.storage.range_reader import RangeStream, ReadRange

_BUFFER = 1 << 20
"""Bytes asked of a store at a time by what reads at scattered positions."""


@dataclass(frozen=True)
class RangedFile:
    """A file that is read in ranges.

    Attributes:
        location: Path or URL, for messages.
        size: Size in bytes.
        version: Differs whenever the content does.
        read_range: Reads parts of it; may be called by several threads.
        opened: Opens it for reading at scattered positions; None to do so by ranges.
        is_temporary: Whether it lies on disk only as long as something holds it.
    """

    location: str
    size: int
    version: str
    read_range: ReadRange = field(compare=False)
    opened: Callable[[], io.BufferedReader] | None = field(default=None, compare=False)
    is_temporary: bool = field(default=False, compare=False)

    def stream(self) -> io.BufferedReader:
        """The file as a stream, for small reads here and there; to be closed."""
        return self.opened() if self.opened else io.BufferedReader(self.ranges(), _BUFFER)

    def ranges(self) -> RangeStream:
        """The file as a stream that holds nothing open, so that it outlives a fork."""
        return RangeStream(self.read_range, self.size)


def find_file(root: str, path: str) -> RangedFile | None:
    """The file at a path below a corpus root; None where there is none, or a folder.

    Raises:
        OSError: It can't be looked at.
    """
    location = f"{root.rstrip('/')}/{path}"
    if is_remote(root):
        found = open_store(root).find(location)
        return ranged_file(root, path, found.size, found.version) if found else None
    file = Path(location)
    if not file.is_file():
        return None
    status = file.stat()
    return ranged_file(root, path, status.st_size, str(status.st_mtime_ns))


def ranged_file(root: str, path: str, size: int, version: str) -> RangedFile:
    """A listed file: its path below the corpus root, its size in bytes, and its version."""
    location = f"{root.rstrip('/')}/{path}"
    if is_remote(root):
        read = partial(open_store(root).read, location)
        opened = partial(open_stream, location, size, _BUFFER)
        return RangedFile(location, size, version, read, opened)
    file = Path(location)
    return RangedFile(location, size, version, partial(_read_local, file), partial(_open, file))


def unpacked(content: bytes) -> ReadRange:
    """Keeps content in a file without a name and reads parts of that."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the function that reads it)
    file.write(content)
    file.flush()
    return lambda start, end: os.pread(file.fileno(), end - start, start)


def _open(file: Path) -> io.BufferedReader:
    return file.open("rb")


def _read_local(file: Path, start: int, end: int) -> bytes:
    with file.open("rb", buffering=0) as stream:
        stream.seek(start)
        return stream.read(end - start)
