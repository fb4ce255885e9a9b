"""Videos and what is stored like them: MP4, Matroska and WebM, AVI, ASF.

Sources: ISO/IEC 14496-12 (MP4), RFC 8794 and RFC 9559 (Matroska), OpenDML AVI 1.02, Microsoft's
Advanced Systems Format 1.20.
"""

from collections.abc import Iterator

from pipeline.audio.containers.layout import (
    MAX_PARTS,
    Buffer,
    Layout,
    is_placeholder,
    refuse_truncated,
)
from pipeline.audio.recording import AudioError

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_IN_CLUSTER = {0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0xAF, 0xEC, 0xBF, 0x5854}
_EBML_HEAD = b"\x1a\x45\xdf\xa3"
_ASF_HEAD = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")


def examine_nested(content: Buffer) -> Layout | None:
    """The layout of such a file; None where it is of another form.

    Raises:
        AudioError: It is truncated.
    """
    head = content[:16]
    if head[:4] == _EBML_HEAD:
        return _examine_matroska(content)
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp"}:
        return _examine_mp4(content)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return _examine_avi(content)
    if head == _ASF_HEAD:
        return _examine_asf(content)
    return None


def _examine_mp4(content: Buffer) -> Layout:
    position, boxes = 0, set()
    for _ in range(MAX_PARTS):
        if position + 16 > len(content):
            break
        size = int.from_bytes(content[position : position + 4], "big")
        name = content[position + 4 : position + 8]
        if size == 1:
            size = int.from_bytes(content[position + 8 : position + 16], "big")
        if size < 8:  # 0: as far as the end
            break
        if name in {b"mdat", b"moov", b"moof"}:
            refuse_truncated(position + size, len(content))
        if name == b"moov":
            _check_clocks(content, position + 8, position + size)
        if name == b"ftyp" and b"moov" in boxes:
            return Layout(flags=("trailing_data",))
        boxes.add(name)
        position += size
    return Layout()


def _check_clocks(content: Buffer, start: int, end: int) -> None:
    """Refuses a track of 0 ticks a second, of which FFmpeg would decode next to nothing.

    Args:
        content: The file.
        start: Start of the content of the box ``moov``.
        end: End of the box.
    """
    for box in _find_boxes(content, start, end, (b"trak", b"mdia", b"mdhd")):
        ticks = box + (
            20 if content[box : box + 1] == b"\x01" else 12
        )  # times have eight bytes, or four
        if not int.from_bytes(content[ticks : ticks + 4], "big"):
            raise AudioError("undecodable", "the header gives a track 0 ticks a second")


def _find_boxes(content: Buffer, start: int, end: int, path: tuple[bytes, ...]) -> Iterator[int]:
    """Positions of boxes nested in boxes of these names, after their headers."""
    for _ in range(MAX_PARTS):
        if not path or start + 24 > end:
            return
        size = int.from_bytes(content[start : start + 4], "big")
        if size < 8:
            return
        if content[start + 4 : start + 8] == path[0]:
            inside = start + 8
            if len(path) == 1:
                yield inside
            yield from _find_boxes(content, inside, min(end, start + size), path[1:])
        start += size


def _examine_matroska(content: Buffer) -> Layout:
    position, cluster_end, flags = 0, 0, set()
    for _ in range(MAX_PARTS):
        if position >= len(content):
            break
        identifier, after = _number(content, position, keep_marker=True)
        size, start = _number(content, after)
        within = position < cluster_end
        if within and (identifier not in _IN_CLUSTER or start + (size or 0) > cluster_end):
            flags.add("damaged")
            position = cluster_end
        elif identifier is None:
            break
        elif size is None or (size == 0 and identifier == _SEGMENT):  # unknown: its parts follow
            flags.add("unknown_length")
            position = start
        else:
            refuse_truncated(start + size, len(content))
            position = start if identifier in {_SEGMENT, _CLUSTER} else start + size
            if identifier == _CLUSTER:
                cluster_end = start + size
    return Layout(flags=tuple(sorted(flags)))


def _number(content: Buffer, position: int, keep_marker: bool = False) -> tuple[int | None, int]:
    """A number of variable length, and where it ends; None for one that says `unknown`."""
    first = content[position] if position < len(content) else 0
    width = 9 - first.bit_length()
    if width > 8:
        return None, position + 1
    value = int.from_bytes(content[position : position + width], "big")
    if not keep_marker:
        value &= (1 << 7 * width) - 1
        if value == (1 << 7 * width) - 1:
            return None, position + width
    return value, position + width


def _examine_avi(content: Buffer) -> Layout:
    position, flags = 0, set()
    for _ in range(MAX_PARTS):
        if position + 12 > len(content):
            break
        name, form = content[position : position + 4], content[position + 8 : position + 12]
        size = int.from_bytes(content[position + 4 : position + 8], "little")
        if name == b"RIFF":
            position += 12
            continue
        if name == b"LIST" and form == b"movi":
            end = position + 8 + size
            if size <= 4 or (end > len(content) and is_placeholder(size)):
                flags.add("unknown_length")
                break
            refuse_truncated(end, len(content))
        position += 8 + size + size % 2
    return Layout(flags=tuple(sorted(flags)))


def _examine_asf(content: Buffer) -> Layout:
    position = 0
    for _ in range(MAX_PARTS):
        if position + 24 > len(content):
            break
        size = int.from_bytes(content[position + 16 : position + 24], "little")
        if content[position : position + 16] == _ASF_DATA and size > 50:
            refuse_truncated(position + size, len(content))
        if size < 24:
            break
        position += size
    return Layout()
