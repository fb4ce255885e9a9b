"""A file that is read in ranges as a stream, for readers that want only some of it."""

import io
from collections.abc import Callable

from pipeline.storage.registry import open_store

ReadRange = Callable[[int, int], bytes]
"""Gives the bytes of a file from one position to before another."""


def open_stream(url: str, size: int, at_a_time: int) -> io.BufferedReader:
    """Opens a file of a store, of which ranges are fetched as they are read.

    Args:
        url: URL of the file.
        size: Size in bytes.
        at_a_time: Least number of bytes in one request.

    Raises:
        OSError: While it is read: the file can't be read.
        DataError: While it is read: the store can't be used.
    """

    def read_range(start: int, end: int) -> bytes:
        return open_store(url).read(url, start, end)

    return io.BufferedReader(RangeStream(read_range, size), at_a_time)


class RangeStream(io.RawIOBase):
    """A file as a stream; what is asked for is read, and no more. It holds nothing open."""

    def __init__(self, read_range: ReadRange, size: int) -> None:
        """Takes a function that reads parts of the file, and its size in bytes."""
        super().__init__()
        self._read_range = read_range
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Position of the next byte to be read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves the position of the next byte to be read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fills a buffer as far as the file goes."""
        end = min(self._position + len(buffer), self._size)
        content = self._read_range(self._position, end) if end > self._position else b""
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)
