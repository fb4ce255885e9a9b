"""FLAC: the header states frames, if the writer knew them; each packet states its position.

Source: RFC 9639.
"""

from pipeline.audio.containers.layout import Buffer, Layout

_HEAD = b"fLaC"
NEXT = b"fLaC"
"""First bytes of a following file; sound equals them once in 4 GB, which does no harm."""

_TOTAL = slice(21, 26)
_BLOCKS = {1: 192, 2: 576, 3: 1152, 4: 2304, 5: 4608} | {n: 1 << n for n in range(8, 16)}
_END = 1 << 18
"""Bytes at the end in which the last packet starts."""


def examine_flac(content: Buffer, joined: bool | None = None) -> Layout | None:
    """The layout of a FLAC file; None where it is something else.

    Args:
        content: The whole file.
        joined: Whether another one follows; None to look for it.
    """
    if content[:4] != _HEAD:
        return None
    stated = int.from_bytes(content[_TOTAL], "big") & (1 << 36) - 1
    chained = content.find(NEXT, 8) > 0 if joined is None else joined
    understated = 0 < stated < _frames_at_end(content, stated)
    flags = () if stated else ("unknown_length",)
    return Layout(flags=flags, by_packet=chained or understated or not stated)


def _frames_at_end(content: Buffer, stated: int) -> int:
    """Frames up to the end of the last packet; no more than stated where that is unsure."""
    block = int.from_bytes(content[10:12], "big")  # of packets but the last, if all have as many
    mark = b"\xff\xf8" if content[8:10] == content[10:12] else b"\xff\xf9"
    end = content[max(42, len(content) - _END) :]
    at = len(end)
    while (at := end.rfind(mark, 0, at)) >= 0:
        frames = _packet_end(end[at : at + 16], block)
        if frames is not None:
            return frames if frames > stated and _crc(end[at:], 16, 0x8005) == 0 else 0
    return 0


def _packet_end(head: bytes, block: int) -> int | None:
    """Number of the frame behind a packet; None where no packet starts."""
    if len(head) < 16 or head[3] & 1 or head[3] >> 4 > 10 or head[2] & 15 == 15:
        return None
    extra = (head[4] ^ 0xFF).bit_length()  # a number as UTF-8 has it
    more = max(0, 7 - extra)
    value = head[4] & ((1 << extra - 1) - 1 if extra else 0)
    for byte in head[5 : 5 + more]:
        value = value << 6 | byte & 63
    at, kind, rate = 5 + more, head[2] >> 4, head[2] & 15
    size = _BLOCKS.get(kind, 0)
    if kind in {6, 7}:
        size = int.from_bytes(head[at : at + kind - 5], "big") + 1
        at += kind - 5
    at += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if not size or at >= len(head) or _crc(head[:at], 8, 0x07) != head[at]:
        return None
    return (value if head[1] & 1 else value * block) + size


def _crc(content: bytes, bits: int, polynomial: int) -> int:
    mask, top, crc = (1 << bits) - 1, 1 << bits - 1, 0
    for byte in content:
        crc ^= byte << bits - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & mask
    return crc
