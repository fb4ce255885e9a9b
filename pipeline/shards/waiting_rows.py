"""Rows that wait for what comes after them: in memory while they are few, on disk from then on.

The rows of a recording of hours are made in one pass and written, shard by shard, when its checksum
is known. They come to some 65 MB an hour.
"""

import os
import pickle
import tempfile
from types import TracebackType
from typing import BinaryIO, Self

from pipeline.common.errors import DataError
from pipeline.schema.record import Record

IN_MEMORY = 32 << 20
"""Bytes of audio that are held in memory."""


class WaitingRows:
    """Rows by a number of theirs; each is taken once, in any order.

    The file has no name, so nothing is left of it, however the process ends. It is closed, and its
    room free, at the end of the ``with`` in which the rows wait.
    """

    def __init__(self) -> None:
        self._held: dict[int, Record] = {}
        self._held_bytes = 0
        self._stored: dict[int, tuple[int, int]] = {}
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, number: int, row: Record) -> None:
        """Takes a row, in place of the one that has its number.

        Raises:
            DataError: There is no room for it.
        """
        size = len(row["audio"]["bytes"])
        self._stored.pop(number, None)
        if number in self._held:
            self._held_bytes -= len(self._held.pop(number)["audio"]["bytes"])
        if self._held_bytes + size <= IN_MEMORY:
            self._held[number] = row
            self._held_bytes += size
        else:
            self._stored[number] = self._store(pickle.dumps(row, protocol=5))

    def take(self, number: int) -> Record:
        """A row, which is held no longer.

        Raises:
            KeyError: There is none of this number.
        """
        if number in self._held:
            row = self._held.pop(number)
            self._held_bytes -= len(row["audio"]["bytes"])
            return row
        start, size = self._stored.pop(number)
        assert self._file
        content = os.pread(self._file.fileno(), size, start)
        stored: Record = pickle.loads(content)  # our own, in a file without a name
        return stored

    def _store(self, content: bytes) -> tuple[int, int]:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            start = self._file.tell()
            if self._file.write(content) < len(content):
                raise OSError("no room for all of a row")
        except OSError as error:
            folder = tempfile.tempdir or "no folder for temporary files"
            raise DataError(
                f"{folder}: {error.strerror or error}; rows of a long recording "
                "wait there, about 65 MB an hour: make room, or set TMPDIR to another folder"
            ) from None
        return start, len(content)
