"""What FFmpeg decodes where libsndfile can't: videos, AAC and the like; read through PyAV.

A file is given to FFmpeg as bytes, never as a name: it would take some names for addresses.
"""

import io
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

import numpy as np

from pipeline.audio.backend import AudioBlocks, Backend
from pipeline.audio.backends.ffmpeg_track import Track, open_track
from pipeline.audio.recording import AudioError, Recording, Span


class Ffmpeg(Backend):
    """Decodes a file from its beginning to the end of the part wanted, as float32.

    The file read last stays open, so that one pass over it gives all of its parts in turn.
    """

    suffixes = frozenset(
        {".3gp", ".aac", ".amr", ".avi", ".m4a", ".mka", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg"}
        | {".webm", ".wma", ".wv"}
    )
    libraries = ("av",)
    by_packet = True

    def __init__(self) -> None:
        self._last: _OpenFile | None = None

    def accepts(self, head: bytes) -> bool:
        """Always: FFmpeg itself tells what it knows."""
        return True

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """A part of an audio track; its times are those of the picture, if there is one.

        What does not decode is silent and flagged ``damaged``.
        """
        file, self._last = self._last, None  # nobody else's, as long as it is in use
        if file is None or not file.has(content, span):
            with _errors_of_av():
                file = _OpenFile(content, span.track)
        with _errors_of_av():
            recording = file.read(span)
        self._last = file
        return recording

    def open(self, source: BinaryIO, block_frames: int) -> AudioBlocks | None:
        """The whole default audio track."""
        with _errors_of_av():
            track = open_track(source)
        return AudioBlocks(track.rate, _join(track, block_frames))


@contextmanager
def _errors_of_av() -> Iterator[None]:
    import av  # only corpora of videos need it

    try:
        yield
    except (av.FFmpegError, ValueError) as error:
        raise AudioError("undecodable", f"FFmpeg: {error}") from None


class _OpenFile:
    """A file that is decoded forward; holds the last part read and what was decoded behind it."""

    def __init__(self, content: bytes, track: int | None) -> None:
        self._content = content
        self._number = track
        self._track = open_track(io.BytesIO(content), track)
        self._blocks = self._track.blocks(from_picture=True)
        self._held: deque[np.ndarray] = deque()
        self._first = self._frames = 0  # of the blocks held, and of all so far
        self._decode_to(0)

    def has(self, content: bytes, span: Span) -> bool:
        """Whether it is this file, and the part has not been passed."""
        start = self._track.lead if span.start is None else span.start * self._track.rate
        same = content is self._content and span.track == self._number
        return same and round(start) >= self._first

    def read(self, span: Span) -> Recording:
        """A part of the track."""
        track = self._track
        if span.start is None and track.lead:  # the picture may start before the sound
            span = replace(span, start=track.lead / track.rate)
        seconds = span.decoded_seconds if span.end is None else span.end + 1.0
        self._decode_to(seconds * track.rate)
        first, last = span.frame_range(self._frames, track.rate)
        while self._held and self._first + self._held[0].shape[1] <= first:
            self._first += self._held.popleft().shape[1]
        before = first - self._first
        held = np.concatenate([np.zeros((track.channels, 0), np.float32), *self._held], axis=1)
        part = np.ascontiguousarray(held[:, before : before + last - first].T)
        flags = ("damaged",) if track.damaged_between(first, last) else ()
        return Recording(part, track.rate, track.codec, track.channels, flags)

    def _decode_to(self, frames: float) -> None:
        while self._frames <= frames:
            block = next(self._blocks, None)
            if block is None:
                return
            self._held.append(block)
            self._frames += block.shape[1]


def _join(track: Track, block_frames: int) -> Iterator[np.ndarray]:
    """Blocks ``(frames, channels)`` of at least so many frames; FFmpeg's have a thousand or so."""
    held: list[np.ndarray] = []
    with _errors_of_av():
        for part in track.blocks():
            held.append(part)
            if sum(one.shape[1] for one in held) >= block_frames:
                yield np.concatenate(held, axis=1).T
                held = []
        if held:
            yield np.concatenate(held, axis=1).T
