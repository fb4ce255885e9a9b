"""Long files: read by ranges, forward, with a checksum that comes out of the same reading.

A recording of hours is never held whole. Where its parts are read in the order of their times, its
bytes are asked for once, those between the parts included: the checksum wants them.
"""

import io
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

from xxhash import xxh3_128

from pipeline.storage.range_reader import ReadRange

LONG = 32 << 20
"""Bytes from which on a file of several utterances is read by ranges."""

BLOCK = 1 << 20
"""Bytes asked for at a time of a local file."""

REMOTE_BLOCK = 4 << 20
"""Bytes asked for at a time of a store, which takes long to answer."""

HELD = 16 << 20
"""Bytes held of what was read last: parts overlap, and decoders look around."""


class LongFile(io.RawIOBase):
    """A file of which blocks are held; seekable, and never read in one piece."""

    def __init__(
        self,
        read_range: ReadRange,
        size: int,
        block: int = BLOCK,
        xxh3: str | None = None,
        mark: bytes = b"",
        ahead: bool = False,
    ) -> None:
        """Takes a file that is not opened yet.

        Args:
            read_range: Reads parts of it.
            size: Size in bytes.
            block: Bytes asked for at a time.
            xxh3: Checksum of the file; None if unknown.
            mark: Bytes that are looked for, after the beginning of the file.
            ahead: Whether the block behind the one that is used is fetched meanwhile.
        """
        super().__init__()
        self.size = size
        self.has_mark = False
        self._read_range = read_range
        self._block = block
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._pool = ThreadPoolExecutor(1, "read-ahead") if ahead and xxh3 is None else None
        self._coming: dict[int, Future[bytes]] = {}
        self._position = 0
        self._xxh3 = xxh3
        self._digest = xxh3_128()
        self._digested = 0
        self._mark = mark
        self._before = b""  # the last bytes digested, in which a mark may begin

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Position of the next byte to be read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves; to the beginning at most."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Reads as much as there is, up to the length of the buffer.

        Raises:
            OSError: It can't be read, or is shorter than its listing said.
        """
        position, given = self._position, 0
        wanted = min(len(buffer), max(0, self.size - position))
        while given < wanted:
            number, start = divmod(position + given, self._block)
            part = self._get(number)[start : start + wanted - given]
            buffer[given : given + len(part)] = part
            given += len(part)
        self._position += given
        return given

    def close(self) -> None:
        """Forgets what is held."""
        self._blocks.clear()
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        super().close()

    def keep_up(self) -> None:
        """Takes what lies before the current position into the checksum.

        To be called after each part, while most of it is still held.
        """
        self._digest_to(self._position)

    def checksum(self) -> str:
        """XXH3-128 of the whole file; reads what is left of it.

        Raises:
            OSError: It can't be read.
        """
        self._digest_to(self.size)
        self._xxh3 = self._xxh3 or self._digest.hexdigest()
        return self._xxh3

    def _digest_to(self, end: int) -> None:
        while self._xxh3 is None and self._digested < min(end, self.size):
            content = self._get(self._digested // self._block)
            if self._mark and not self.has_mark:
                start = 0 if self._digested else len(self._mark)
                seam = self._before + content[: len(self._mark) - 1]
                self.has_mark = content.find(self._mark, start) >= 0 or self._mark in seam
                self._before = content[1 - len(self._mark) :]
            self._digest.update(content)
            self._digested += len(content)

    def _get(self, number: int) -> bytes:
        """A block."""
        content = self._blocks.get(number)
        if content is not None:
            self._blocks.move_to_end(number)
            return content
        coming = self._coming.pop(number, None)
        self._blocks[number] = content = coming.result() if coming else self._fetch(number)
        following = number + 1
        if self._pool and number - 1 in self._blocks and following not in self._blocks:
            self._coming[following] = self._pool.submit(self._fetch, following)
        if len(self._blocks) > HELD // self._block:
            self._blocks.popitem(last=False)
        return content

    def _fetch(self, number: int) -> bytes:
        """A block from where the file lies; nothing behind its end."""
        start = number * self._block
        end = min(start + self._block, self.size)
        content = self._read_range(start, end) if start < end else b""
        if len(content) < end - start:
            raise OSError(
                f"{start + len(content)} bytes where {self.size} were listed: cut short, or changed"
            )
        return content
