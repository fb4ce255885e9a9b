"""FLAC: the header states frames, if the writer knew them; another file may follow.

Source: RFC 9639.
"""

from pipeline.audio.containers.layout import Buffer, Layout

_HEAD = b"fLaC"
_NEXT = (b"fLaC\x00\x00\x00\x22", b"fLaC\x80\x00\x00\x22")
_FRAMES = slice(21, 26)


def examine_flac(content: Buffer) -> Layout | None:
    """The layout of a FLAC file; None where it is something else."""
    if content[:4] != _HEAD:
        return None
    frames = int.from_bytes(content[_FRAMES], "big") & (1 << 36) - 1
    chained = any(content.find(start, 8) > 0 for start in _NEXT)
    flags = () if frames else ("unknown_length",)
    return Layout(flags=flags, by_packet=chained or not frames)
