"""Decoding: from the bytes of any audio or video file to samples, or the reason why not.

Plain WAV and FLAC have fast decoders; of the rest libsndfile decodes what it can, and PyAV (FFmpeg)
the others. The content decides, not the suffix.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from pipeline.audio.backend import Backend
from pipeline.audio.backends.ffmpeg import Ffmpeg
from pipeline.audio.backends.flac import PlainFlac
from pipeline.audio.backends.sndfile import Sndfile
from pipeline.audio.backends.wav import PlainWav
from pipeline.audio.containers.examination import examine
from pipeline.audio.containers.layout import Layout
from pipeline.audio.recording import AudioError, Recording, Span
from pipeline.common.git_lfs import is_pointer

BACKENDS: tuple[Backend, ...] = (PlainWav(), PlainFlac(), Sndfile(), Ffmpeg())
"""Backends in the order in which they are tried; the first that can read a file decodes it."""

HEAD_BYTES = 64
"""Start of a file that backends are chosen by."""

Read = TypeVar("Read")


def decode(
    content: bytes,
    start: float | None = None,
    end: float | None = None,
    max_duration: float = math.inf,
    track: int | None = None,
) -> Recording:
    """Decodes a file, or a part of it.

    Args:
        content: The whole file.
        start: Beginning of the part, in s, finite; None for that of the file.
        end: End of the part, in s, finite; None for that of the file.
        max_duration: Longest part allowed, in s.
        track: Audio track of a film, from 0; None for the one that it marks as default.

    Raises:
        AudioError: The file is empty, a Git LFS pointer, truncated, too long or no audio at all, or
            the part does not lie in it.
    """
    span = Span(start, end, max_duration, track)
    refuse_no_audio(content[:HEAD_BYTES])
    content, layout = _examined(content)
    recording = read_with_first(
        content[:HEAD_BYTES],
        lambda backend: backend.decode(content, span),
        by_packet=layout.by_packet or bool(track),
    )
    return with_flags_of(layout, recording)


def with_flags_of(layout: Layout, recording: Recording) -> Recording:
    """A recording with the warnings from its file's headers, too."""
    flags = {*layout.flags, *recording.flags}
    return replace(recording, flags=tuple(sorted(flags))) if flags else recording


_last: tuple[bytes, bytes, Layout] | None = None
"""The file examined last, as it was and as decoders see it: its parts follow each other."""


def _examined(content: bytes) -> tuple[bytes, Layout]:
    """A file as decoders see it, the same object for each of its parts."""
    global _last
    last = _last
    if last is None or last[0] is not content:
        layout = examine(content)
        body = layout.header + content[layout.offset :] if layout.offset else content
        last = _last = (content, body, layout)
    return last[1], last[2]


def refuse_no_audio(head: bytes) -> None:
    """Refuses what no decoder need be asked about.

    Args:
        head: The first :data:`HEAD_BYTES` of the file.

    Raises:
        AudioError: The file is empty, or a Git LFS pointer.
    """
    if not head:
        raise AudioError("empty", "the file has 0 bytes")
    if is_pointer(head):
        raise AudioError(
            "git_lfs_pointer",
            "a Git LFS pointer stands where the audio should be; run `git lfs pull` in the "
            "corpus's clone",
        )


def read_with_first(
    head: bytes, read: Callable[[Backend], Read | None], by_packet: bool = False
) -> Read:
    """Reads a file with the first backend that can.

    Args:
        head: The first :data:`HEAD_BYTES` of the file.
        read: Reads it with one backend; None where that leaves it to the next.
        by_packet: Whether only backends that decode packet by packet are asked.

    Raises:
        AudioError: The file can't be used.
    """
    problems = []
    for backend in BACKENDS:
        if (by_packet and not backend.by_packet) or not backend.accepts(head):
            continue
        try:
            result = read(backend)
        except AudioError as error:
            if error.reason != "undecodable":
                raise
            if error.detail not in problems:
                problems.append(error.detail)
        else:
            if result is not None:
                return result
    raise AudioError("undecodable", "; ".join([*problems, f"starts with {head[:8]!r}"]))


def suffixes() -> list[str]:
    """Suffixes of the files that may be read, in lower case, sorted."""
    return sorted({suffix for backend in BACKENDS for suffix in backend.suffixes})


def decoding_libraries() -> list[str]:
    """Distributions that files are decoded with, sorted."""
    return sorted({library for backend in BACKENDS for library in backend.libraries})
