"""The layout of a container, from its headers, before anything is decoded."""

import mmap
from dataclasses import dataclass

from pipeline.audio.containers.file_bytes import FileBytes
from pipeline.audio.recording import MISSING_TOLERANCE, AudioError

Buffer = bytes | mmap.mmap | FileBytes
"""A whole file."""

MAX_PARTS = 5_000_000
"""Parts of a file that are walked through: ten hours of MP3 have 1.4 million frames."""

TRAILING_SECONDS = 0.1
"""Sound that may lie unread behind the stated end before the clip is flagged."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file, and what users should know of it.

    Decoders are given ``header + content[offset:]``.

    Attributes:
        header: Replaces the file's own header; empty where that is right.
        offset: Bytes of the file that are left out: a tag before the header, or the header.
        flags: ``unknown_length``, ``trailing_data``, ``damaged``.
        by_packet: Whether only decoding packet by packet gives all of the sound: the file is
            damaged, or several streams follow each other.
    """

    header: bytes = b""
    offset: int = 0
    flags: tuple[str, ...] = ()
    by_packet: bool = False


def is_placeholder(size: int) -> bool:
    """Whether a size is what programs write that can't know it, as they write to a pipe.

    SoX, eSpeak and arecord write about 0x7F000000 (for AIFF), 0x7FFFF000 or 0x80000000; FFmpeg and
    others 0xFFFFFFFF, or that less a header.
    """
    return 0x7EFF_0000 <= size <= 0x8000_FFFF or size >= 0xFFFF_0000


def refuse_truncated(stated: int, found: int, bytes_per_second: float = 0.0) -> None:
    """Refuses a file whose header promises more bytes of sound than there are.

    Args:
        stated: Bytes promised.
        found: Bytes there.
        bytes_per_second: Bytes per second of the sound; 0 where they differ from second to second.

    Raises:
        AudioError: More than :data:`pipeline.audio.recording.MISSING_TOLERANCE` is missing.
    """
    if bytes_per_second > 0:
        refuse_shorter(stated / bytes_per_second, found / bytes_per_second)
    elif stated > found:
        raise AudioError(
            "truncated", f"the header promises {stated:,} bytes, only {found:,} are there"
        )


def refuse_shorter(stated: float, found: float, tolerance: float = MISSING_TOLERANCE) -> None:
    """Refuses a file that holds fewer seconds of sound than it promises.

    Raises:
        AudioError: The reason is ``truncated``.
    """
    if stated - found > tolerance:
        raise AudioError(
            "truncated", f"the header promises {stated:.2f} s, only {found:.2f} s are there"
        )
