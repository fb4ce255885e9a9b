"""Examines a file before it is decoded, whichever decoder reads it."""

from dataclasses import replace

from pipeline.audio.containers.chunks import examine_chunks
from pipeline.audio.containers.file_bytes import FileBytes
from pipeline.audio.containers.flac import examine_flac
from pipeline.audio.containers.layout import Buffer, Layout
from pipeline.audio.containers.mpeg import examine_mpeg
from pipeline.audio.containers.ogg import examine_ogg
from pipeline.audio.containers.tags import tag_before_header
from pipeline.audio.containers.video import examine_nested

_EXAMINERS = (examine_chunks, examine_ogg, examine_nested, examine_mpeg)


def examine(content: Buffer, joined: bool | None = None) -> Layout:
    """How to read a file.

    Args:
        content: The whole file.
        joined: Whether another FLAC file follows, if it is one; None to search all of it for that.

    Raises:
        AudioError: It is truncated: its headers promise more than there is.
    """
    tag = tag_before_header(content)
    body = _behind(content, tag) if tag else content
    flac = examine_flac(body, joined)
    if flac is not None:
        return replace(flac, offset=tag)
    for examine_container in _EXAMINERS:
        layout = examine_container(body)
        if layout is not None:
            return replace(layout, offset=layout.offset + tag) if tag else layout
    return Layout(offset=tag)


def _behind(content: Buffer, offset: int) -> Buffer:
    return content.behind(offset) if isinstance(content, FileBytes) else content[offset:]
