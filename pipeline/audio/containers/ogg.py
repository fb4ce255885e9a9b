"""Ogg: pages with checksums, the last of each stream marked as its end.

Source: RFC 3533.
"""

import struct
import zlib

from pipeline.audio.containers.layout import MAX_PARTS, Buffer, Layout
from pipeline.audio.recording import AudioError

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_FIRST, _LAST = 2, 4


def examine_ogg(content: Buffer) -> Layout | None:
    """The layout of an Ogg file; None where it is something else.

    Raises:
        AudioError: It breaks off in the middle of a page.
    """
    if content[:4] != b"OggS":
        return None
    position, streams = 0, _Streams()
    for _ in range(MAX_PARTS):
        if position >= len(content):
            break
        end = _page_end(content, position)
        if content[position : position + 4] != b"OggS":
            following = content.find(b"OggS", position)
            if following < 0:
                break
            streams.damaged = True
            position = following
            continue
        if end is None or end > len(content):
            raise AudioError(
                "truncated",
                f"the file breaks off in a page of {(end or position + 27) - position:,} bytes, of "
                f"which {len(content) - position:,} are there; no page is marked as the last",
            )
        page = content[position:end]
        position = end if streams.take(page) else position + 4
    return streams.layout()


class _Streams:
    """What the pages of a file tell of its streams, one after another.

    Attributes:
        damaged: Whether a page is damaged or missing, or something else stands between two.
    """

    def __init__(self) -> None:
        self.damaged = False
        self._numbers: dict[int, int] = {}  # stream → number of its last page
        self._open: set[int] = set()
        self._has_ended = self._is_chained = False

    def take(self, page: bytes) -> bool:
        """Takes the next page; whether it is one, by its checksum."""
        kind, _, stream, number, checksum = struct.unpack("<BqIII", page[5:26])
        if checksum != ogg_checksum(page):
            self.damaged = True
            return False
        if kind & _FIRST:
            self._is_chained |= self._has_ended
            self._open.add(stream)
        elif number != self._numbers.get(stream, number - 1) + 1:
            self.damaged = True
        self._numbers[stream] = number
        if kind & _LAST:
            self._open.discard(stream)
            self._has_ended = True
        return True

    def layout(self) -> Layout:
        """Of the file, after its last page."""
        stated = {"damaged": self.damaged, "unknown_length": bool(self._open)}
        flags = tuple(flag for flag, holds in stated.items() if holds)
        return Layout(flags=flags, by_packet=self._is_chained or self.damaged)


def _page_end(content: Buffer, position: int) -> int | None:
    """End of a page; None if its header is cut off."""
    if position + 27 > len(content):
        return None
    segments = content[position + 26]
    sizes = content[position + 27 : position + 27 + segments]
    return position + 27 + segments + sum(sizes) if len(sizes) == segments else None


def ogg_checksum(page: bytes) -> int:
    """The checksum of a page: CRC-32 as zlib has it, but for the order of bits and its start."""
    blank = page[:22] + bytes(4) + page[26:]
    mirrored = zlib.crc32(blank.translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int(f"{mirrored:032b}"[::-1], 2)
