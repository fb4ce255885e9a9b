"""MP3 and its older layers: frames, the first of which may state how many follow.

Sources: ISO/IEC 11172-3 and 13818-3; the Xing, Info and VBRI headers as LAME and Fraunhofer write
them.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.audio.containers.layout import MAX_PARTS, Buffer, Layout, refuse_shorter
from pipeline.audio.containers.tags import skip_tags

_BITRATES = {  # kbit/s, by (MPEG-1?, layer)
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}

TOLERANCE = 2
"""Frames: some encoders count the one that states the number, or the last of silence."""


class Frame(NamedTuple):
    """A frame's header: its size in bytes, its samples, and their rate in Hz."""

    size: int
    samples: int
    rate: int


class Stated(NamedTuple):
    """Statement of the first frame about those that follow; None if it makes none."""

    frames: int | None
    size: int | None


def examine_mpeg(content: Buffer) -> Layout | None:
    """The layout of an MP3; None where it is something else.

    Raises:
        AudioError: It is truncated.
    """
    first = skip_tags(content)
    frame = read_frame(content, first)
    if frame is None or read_frame(content, first + frame.size) is None:
        return None
    stated = _read_stated(content, first, frame)
    walk = _walk(content, first, frame)
    seconds = frame.samples / frame.rate
    if stated:
        frames = walk.frames - 1
        bytes_there = len(content) - first
        if stated.size and stated.size - bytes_there > TOLERANCE * frame.size:
            whole = (stated.frames or frames * stated.size / bytes_there) * seconds
            refuse_shorter(whole, frames * seconds)
        if stated.frames and not walk.hole:
            refuse_shorter(stated.frames * seconds, frames * seconds, TOLERANCE * seconds)
            walk.chained |= frames > stated.frames + TOLERANCE
    flags = ("damaged",) if walk.hole or walk.cut else ()
    if walk.hole or walk.chained:
        return Layout(flags=flags, by_packet=True)
    if stated:
        return Layout(flags=flags)
    layer_3 = content[first + 1] >> 1 & 3 == 1
    header = state_frames(content[first : first + 4], walk.frames) if layer_3 else b""
    return Layout(header if walk.variable else b"", first, flags)


def state_frames(head: bytes, frames: int) -> bytes:
    """A first frame that states how many follow; decoders would guess it by the first bitrate.

    Args:
        head: Header of a frame of the file, four bytes, layer III.
        frames: Frames of the file.
    """
    new = bytes([head[0], head[1] | 1, 0x80 | head[2] & 0x0C, head[3]])  # no checksum or padding
    frame = read_frame(new, 0)
    assert frame is not None
    mono, mpeg_1 = head[3] >> 6 == 3, head[1] >> 3 & 3 == 3
    side = (17 if mono else 32) if mpeg_1 else (9 if mono else 17)
    start = new + bytes(side) + b"Xing" + (1).to_bytes(4, "big") + frames.to_bytes(4, "big")
    return start + bytes(frame.size - len(start))


def read_frame(content: Buffer, position: int) -> Frame | None:
    """The header of a frame; None where there is none."""
    if position + 4 > len(content):
        return None
    sync, version, bits, _ = content[position : position + 4]
    kind, layer = version >> 3 & 3, 4 - (version >> 1 & 3)
    if sync != 0xFF or version < 0xE0 or kind == 1 or layer == 4:
        return None
    bitrate, rate, padding = bits >> 4, bits >> 2 & 3, bits >> 1 & 1
    if bitrate in {0, 15} or rate == 3:
        return None
    hertz = _RATES[kind][rate]
    bits_per_second = 1_000 * _BITRATES[kind == 3, layer][bitrate - 1]
    if layer == 1:
        return Frame((12 * bits_per_second // hertz + padding) * 4, 384, hertz)
    samples = 576 if layer == 3 and kind != 3 else 1_152
    return Frame(samples // 8 * bits_per_second // hertz + padding, samples, hertz)


def _read_stated(content: Buffer, position: int, frame: Frame) -> Stated | None:
    start = content[position : position + min(frame.size, 192)]
    for mark in (b"Xing", b"Info"):
        at = start.find(mark)
        if at > 0:
            kinds = int.from_bytes(start[at + 4 : at + 8], "big")
            numbers = [int.from_bytes(start[at + i : at + i + 4], "big") for i in (8, 12)]
            frames = numbers.pop(0) if kinds & 1 else None
            return Stated(frames, numbers.pop(0) if kinds & 2 else None)
    if start[36:40] == b"VBRI":
        return Stated(int.from_bytes(start[50:54], "big"), int.from_bytes(start[46:50], "big"))
    return None


@dataclass
class _Walk:
    """Frames found from the first one to the end of the file.

    Attributes:
        frames: Whole ones.
        hole: Whether something else lies between them.
        cut: Whether the last one is.
        chained: Whether another stream follows.
        variable: Whether the bitrate varies.
    """

    frames: int = 0
    hole: bool = False
    cut: bool = False
    chained: bool = False
    variable: bool = False


def _walk(content: Buffer, position: int, first: Frame) -> _Walk:
    walk = _Walk()
    for _ in range(MAX_PARTS):
        frame = read_frame(content, position)
        if frame and frame.rate == first.rate:
            if position + frame.size > len(content):
                walk.cut = True
                break
            if walk.frames and not walk.chained:
                walk.chained = _read_stated(content, position, frame) is not None
            walk.variable |= abs(frame.size - first.size) > 1
            walk.frames += 1
            position += frame.size
            continue
        if len(content) - position <= 4 or _is_last_tag(content, position):
            break
        behind = skip_tags(content, position)
        walk.chained |= behind > position
        if behind == position:
            following = _next_frame(content, position + 1, first)
            walk.hole |= following is not None or any(content[position : position + 65_536])
            if following is None:
                break
            behind = following
        position = behind
    return walk


def _is_last_tag(content: Buffer, position: int) -> bool:
    start = content[position : position + 11]
    return start[:3] == b"TAG" or start[:8] == b"APETAGEX" or start == b"LYRICSBEGIN"


def _next_frame(content: Buffer, position: int, first: Frame) -> int | None:
    """The next position at which two frames follow each other."""
    for _ in range(MAX_PARTS):
        position = content.find(b"\xff", position)
        if position < 0:
            break
        frame = read_frame(content, position)
        if frame and frame.rate == first.rate:
            following = read_frame(content, position + frame.size)
            if following and following.rate == first.rate:
                return position
        position += 1
    return None
