"""A file as decoders see it, after it was examined."""

import io
from typing import BinaryIO

from pipeline.audio.containers.layout import Layout


class FileView(io.RawIOBase):
    """A file as decoders see it: with a header of ours, or without what stands before its own."""

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._header = layout.header
        self._shift = layout.offset - len(layout.header)
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves; to the beginning at most, as a damaged header may send to before it."""
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            offset += self._file.seek(0, io.SEEK_END) - self._shift
        self._position = max(0, offset)
        return self._position

    def tell(self) -> int:
        """Position of the next byte to be read."""
        return self._position

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Reads some bytes; 0 at the end."""
        wanted = len(buffer)
        found = self._header[self._position : self._position + wanted]
        if not found:
            self._file.seek(self._position + self._shift)
            found = self._file.read(wanted)
        buffer[: len(found)] = found
        self._position += len(found)
        return len(found)
