"""A file of a store as a stream, for readers that want only some of it."""

import io

from pipeline.storage.registry import open_store


def open_stream(url: str, size: int, at_a_time: int) -> io.BufferedReader:
    """Opens a file of which ranges are fetched as they are read.

    Args:
        url: Of the file.
        size: In bytes.
        at_a_time: Bytes asked for, at least.

    Raises:
        OSError: While it is read: the file can't be had.
        DataError: While it is read: the store can't be used.
    """
    return io.BufferedReader(_Ranges(url, size), at_a_time)


class _Ranges(io.RawIOBase):
    def __init__(self, url: str, size: int) -> None:
        super().__init__()
        self._url = url
        self._size = size
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        end = min(self._place + len(buffer), self._size)
        content = b""
        if end > self._place:
            content = open_store(self._url).read(self._url, self._place, end)
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)
