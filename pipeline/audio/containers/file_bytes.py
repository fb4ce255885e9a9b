"""A file as its examination sees it: sliced like bytes, of which only the slices are read."""

from typing import BinaryIO, overload

_STEP = 1 << 20
"""Bytes searched at a time."""


class FileBytes:
    """A seekable file that can be indexed, sliced and searched."""

    def __init__(self, file: BinaryIO, size: int, offset: int = 0) -> None:
        """Takes a file that stays open.

        Args:
            file: The file.
            size: Size in bytes, without what is left out.
            offset: Bytes that are left out at its beginning.
        """
        self._file = file
        self._size = size
        self._offset = offset

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> int: ...

    @overload
    def __getitem__(self, at: slice) -> bytes: ...

    def __getitem__(self, at: int | slice) -> int | bytes:
        if isinstance(at, int):
            if not -self._size <= at < self._size:
                raise IndexError(at)
            return self._read(at % self._size, 1)[0]
        start, stop, step = at.indices(self._size)
        return self._read(start, max(0, stop - start))[::step]

    def find(self, sought: bytes, start: int = 0) -> int:
        """First position of some bytes, from ``start`` on; −1 where there is none."""
        position = start
        while position < self._size:
            part = self[position : position + _STEP + len(sought) - 1]
            found = part.find(sought)
            if found >= 0:
                return position + found
            position += _STEP
        return -1

    def behind(self, offset: int) -> "FileBytes":
        """The file without its first bytes."""
        return FileBytes(self._file, max(0, self._size - offset), self._offset + offset)

    def _read(self, start: int, length: int) -> bytes:
        self._file.seek(self._offset + start)
        return self._file.read(length)
