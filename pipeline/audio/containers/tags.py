"""First bytes of files: signs of containers, and tags that some programs write before them.

Source: ID3 tag version 2.4.0.
"""

from pipeline.audio.containers.layout import MAX_PARTS, Buffer

_MAGIC = {
    *(b"RIFF", b"RIFX", b"RF64", b"BW64", b"FORM", b"riff", b"caff", b".snd", b"dns.", b"fLaC"),
    *(b"OggS", b"\x1a\x45\xdf\xa3", b"wvpk", b"TTA1", b"MAC ", b"NIST", b"#!AM", b"0&\xb2u"),
}
_FIXED = 10


def skip_tags(content: Buffer, position: int = 0) -> int:
    """End of the ID3v2 tags at a position; the position itself if there are none."""
    for _ in range(MAX_PARTS):
        head = content[position : position + _FIXED]
        if head[:3] != b"ID3" or len(head) < _FIXED or max(head[6:]) > 127:
            break
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        position += _FIXED + size + (_FIXED if head[5] & 16 else 0)
    return position


def tag_before_header(content: Buffer) -> int:
    """Bytes of the tags before a header; 0 for MP3 and AAC, whose decoders expect tags."""
    end = skip_tags(content)
    return end if _is_header(content[end : end + 8]) else 0


def is_recording(head: Buffer) -> bool:
    """Whether data begin as files of sound or video do, judging by their first bytes."""
    frame_of_mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    stream_of_mpeg = head[:4] == b"\0\0\1\xba" or (head[:1] == b"G" and head[188:189] == b"G")
    return head[:3] == b"ID3" or frame_of_mpeg or stream_of_mpeg or _is_header(head[:8])


def _is_header(head: Buffer) -> bool:
    return head[:4] in _MAGIC or head[4:8] == b"ftyp"
