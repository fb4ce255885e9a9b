"""WAV in all its forms, AIFF, Wave64, CAF, AU, SPHERE: one chunk of sound, whose size is stated.

Sources: Multimedia Programming Interface 1.0 (RIFF), EBU Tech 3306 (RF64), Apple's AIFF-C and Core
Audio Format specifications, Sony's Wave64, Sun's audio header.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pipeline.audio.containers.layout import (
    MAX_PARTS,
    TRAILING_SECONDS,
    Buffer,
    Layout,
    is_placeholder,
    refuse_truncated,
)

_PLAIN_WAV = {0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE}  # PCM, float, A-law, µ-law, extensible
_BLOCKS = {0x0002, 0x0011, 0x0031}  # Microsoft's and IMA's ADPCM, GSM 6.10
_PLAIN_AIFF = {b"", b"NONE", b"sowt", b"twos", b"fl32", b"FL32", b"fl64", b"FL64", b"in24", b"in32"}
_HEADS = {b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM"}
_SOUNDS = {b"data", b"SSND"}  # of which decoders read the first

Order = Literal["little", "big"]


class SizeField(NamedTuple):
    """A number in the header that depends on the size of the sound."""

    position: int
    width: int
    order: Order
    value: int

    def patch(self, header: bytearray) -> None:
        """Writes the number, or the largest that the field holds."""
        value = min(self.value, (1 << 8 * self.width) - 1)
        header[self.position : self.position + self.width] = value.to_bytes(self.width, self.order)


@dataclass
class Sound:
    """Position of the sound in a file.

    Attributes:
        start: Position of the first byte.
        stated: Bytes, as the header says; None where it says that it does not know.
        found: Bytes between the start and the end of the file.
        block: Bytes of one frame or packet.
        bytes_per_second: 0 where unknown.
        sizes: Header fields to correct when the size is known to be ``found``.
    """

    start: int
    stated: int | None
    found: int
    block: int = 1
    bytes_per_second: float = 0.0
    sizes: list[SizeField] = field(default_factory=list)


def examine_chunks(content: Buffer) -> Layout | None:
    """The layout of such a file; None where it is of another form.

    Raises:
        AudioError: It is truncated.
    """
    head = content[:24]
    if head[:4] in {b"RIFF", b"RIFX", b"RF64", b"BW64"} and head[8:12] == b"WAVE":
        sound = _find_wav(content, "big" if head[:4] == b"RIFX" else "little")
    elif head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        sound = _find_aiff(content)
    elif head[:4] == b"riff" and head[4:8] == b"\x2e\x91\xcf\x11":
        sound = _find_wave64(content)
    elif head[:4] == b"caff":
        sound = _find_caf(content)
    elif head[:4] in {b".snd", b"dns."}:
        sound = _find_au(content, "big" if head[:4] == b".snd" else "little")
    elif head[:7] == b"NIST_1A":
        sound = _find_sphere(content)
    else:
        return None
    return _compare(content, sound) if sound else Layout()


_AS_IT_SEEMS = Layout()


def _compare(content: Buffer, sound: Sound) -> Layout:
    """The layout of the file, from the stated and the found size of its sound."""
    stated, found = sound.stated, sound.found
    if stated == found > 0:  # nearly always; the rest takes as long as the checksum of a clip
        return _AS_IT_SEEMS
    following = _follows(content, sound) if stated is not None and stated <= found else 0
    never_written = stated is None or (stated > found and is_placeholder(stated))
    if never_written or (stated == 0 and following >= max(1, sound.block)):
        return _with_sizes(content, sound)
    if stated is not None:
        refuse_truncated(stated, found, sound.bytes_per_second)
    enough = TRAILING_SECONDS * sound.bytes_per_second or 4096
    return Layout(flags=("trailing_data",) if following > enough else ())


def _with_sizes(content: Buffer, sound: Sound) -> Layout:
    """The file with the size of its sound, up to the last whole frame, in the header."""
    header = bytearray(content[: sound.start])
    for size in sound.sizes:
        size.patch(header)
    return Layout(bytes(header), sound.start, ("unknown_length",))


def _follows(content: Buffer, sound: Sound) -> int:
    """Bytes behind the stated end that are neither chunks, tags nor padding."""
    end = sound.start + (sound.stated or 0)
    rests = []
    for position in {end, end + end % 2, end + -end % 8}:
        for name, start, size in _chunks(content, position):
            printable = name.isascii() and name.decode("latin-1").isprintable()
            if not printable or name in _HEADS | _SOUNDS or start + size > len(content):
                break
            position = start + size + size % 2
        rest = content[position : position + 65_536]
        tag = rest[:3] in {b"TAG", b"ID3"} or rest[:8] == b"APETAGEX"
        rests.append(0 if tag or not any(rest) else len(content) - position)
    return min(rests)


def _chunks(
    content: Buffer, position: int, order: Order = "little"
) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and stated size of each chunk from a position on."""
    for _ in range(MAX_PARTS):
        if position + 8 > len(content):
            return
        size = int.from_bytes(content[position + 4 : position + 8], order)
        yield content[position : position + 4], position + 8, size
        position += 8 + size + size % 2


def _find_wav(content: Buffer, order: Order) -> Sound | None:
    block, bytes_per_second, long_size, long_at, fact = 1, 0.0, None, 0, 0
    mark = "<" if order == "little" else ">"
    for name, start, size in _chunks(content, 12, order):
        if name == b"ds64" and start + 24 <= len(content):
            long_size, long_at = int.from_bytes(content[start + 8 : start + 16], "little"), start
        elif name == b"fact":
            fact = start
        elif name == b"fmt " and start + 16 <= len(content):
            form, _, rate, average, block, _ = struct.unpack(
                mark + "HHIIHH", content[start : start + 16]
            )
            block = max(1, block)
            bytes_per_second = float(average)
            if form in _PLAIN_WAV:
                bytes_per_second = float(rate * block)
            elif form in _BLOCKS and start + 20 <= len(content):
                frames = int.from_bytes(content[start + 18 : start + 20], order)
                bytes_per_second = rate * block / max(1, frames)
        elif name == b"data":
            found = len(content) - start
            whole = found - found % block
            sizes = [
                SizeField(4, 4, order, start - 8 + whole),
                SizeField(start - 4, 4, order, whole),
            ]
            stated: int | None = size
            if long_size is not None and size == 0xFFFF_FFFF:
                stated = long_size
                sizes = [
                    SizeField(long_at, 8, "little", start - 8 + whole),
                    SizeField(long_at + 8, 8, "little", whole),
                    SizeField(long_at + 16, 8, "little", whole // block),
                ]
            if fact and bytes_per_second:  # frames; where there are none, decoders count
                sizes.append(SizeField(fact, 4, order, 0))
            return Sound(start, stated, found, block, bytes_per_second, sizes)
    return None


def _find_aiff(content: Buffer) -> Sound | None:
    block, bytes_per_second, frames_at = 1, 0.0, 0
    for name, start, size in _chunks(content, 12, "big"):
        if name == b"COMM" and start + 18 <= len(content):
            channels, _, bits, exponent, mantissa = struct.unpack(
                ">HIHHQ", content[start : start + 18]
            )
            encoding = content[start + 18 : start + 22] if size > 18 else b""
            if encoding in _PLAIN_AIFF:
                block = max(1, channels * -(-bits // 8))
                # Beyond 2**64 Hz, where floats end, it is damage whatever the exponent.
                rate = mantissa * 2.0 ** min(1, (exponent & 0x7FFF) - 16_383 - 63)
                bytes_per_second, frames_at = rate * block, start + 2
        elif name == b"SSND":
            start += 8
            found = max(0, len(content) - start)
            whole = found - found % block
            sizes = [SizeField(4, 4, "big", start - 8 + whole)]
            sizes.append(SizeField(start - 12, 4, "big", whole + 8))
            if frames_at:
                sizes.append(SizeField(frames_at, 4, "big", whole // block))
            stated = max(0, size - 8)
            return Sound(start, stated, found, block, bytes_per_second, sizes)
    return None


def _find_wave64(content: Buffer) -> Sound | None:
    block, bytes_per_second, position = 1, 0.0, 40
    for _ in range(MAX_PARTS):
        if position + 24 > len(content):
            return None
        name = content[position : position + 4]
        size = int.from_bytes(content[position + 16 : position + 24], "little")
        start = position + 24
        if name == b"fmt " and start + 16 <= len(content):
            form, _, rate, average, block, _ = struct.unpack("<HHIIHH", content[start : start + 16])
            block = max(1, block)
            bytes_per_second = float(rate * block if form in _PLAIN_WAV else average)
        elif name == b"data":
            found = len(content) - start
            whole = found - found % block
            sizes = [SizeField(16, 8, "little", start + whole)]
            sizes.append(SizeField(position + 16, 8, "little", whole + 24))
            return Sound(start, max(0, size - 24), found, block, bytes_per_second, sizes)
        if size < 24:
            return None
        position += size + -size % 8
    return None


def _find_caf(content: Buffer) -> Sound | None:
    block, bytes_per_second, position = 1, 0.0, 8
    for _ in range(MAX_PARTS):
        if position + 12 > len(content):
            return None
        name = content[position : position + 4]
        size = int.from_bytes(content[position + 4 : position + 12], "big", signed=True)
        start = position + 12
        if name == b"desc" and start + 32 <= len(content):
            rate, _, _, packet, frames, _, _ = struct.unpack(
                ">d4sIIIII", content[start : start + 32]
            )
            if packet and frames:
                block, bytes_per_second = packet, rate * packet / frames
        elif name == b"data":
            start += 4
            found = max(0, len(content) - start)
            sizes = [SizeField(start - 12, 8, "big", found - found % block + 4)]
            stated = None if size < 0 else max(0, size - 4)
            return Sound(start, stated, found, block, bytes_per_second, sizes)
        if size < 0:
            return None
        position = start + size
    return None


def _find_au(content: Buffer, order: Order) -> Sound | None:
    if len(content) < 24:
        return None
    mark = "<" if order == "little" else ">"
    start, size, encoding, rate, channels = struct.unpack(mark + "IIIII", content[4:24])
    width = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}.get(encoding, 0)
    block = max(1, width * channels)
    found = max(0, len(content) - start)
    stated = None if size == 0xFFFF_FFFF else size
    sizes = [SizeField(8, 4, order, found - found % block)]
    return Sound(start, stated, found, block, float(rate * width * channels), sizes)


def _find_sphere(content: Buffer) -> Sound | None:
    text = content[:4096].decode("latin-1")
    lines = [line.split(None, 2) for line in text.split("end_head")[0].splitlines()]
    fields = {line[0]: line[2] for line in lines if len(line) == 3}
    try:
        start = int(text[8:16])
        frames, rate = int(fields["sample_count"]), int(fields["sample_rate"])
        block = int(fields["channel_count"]) * int(fields["sample_n_bytes"])
    except (KeyError, ValueError):
        return None
    if "shorten" in fields.get("sample_coding", "") or frames < 0 or block < 1 or start < 16:
        return None
    found = max(0, len(content) - start)
    return Sound(start, frames * block, found, block, float(rate * block))
