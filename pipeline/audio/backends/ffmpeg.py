"""FFmpeg, through PyAV, for what libsndfile can't decode: videos, AAC and the like.

A file is given to FFmpeg as bytes, never as a name: it would take some names for addresses.
"""

import io
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

import numpy as np

from pipeline.audio.backend import AudioBlocks, Backend, OpenSource, ReadPart
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
        self._last: tuple[bytes, _Parts] | None = None

    def accepts(self, head: bytes) -> bool:
        """Always: FFmpeg itself decides what it can read."""
        return True

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """A part of an audio track; its times are those of the picture, if there is one.

        What does not decode is silent and flagged ``damaged``.
        """
        last, self._last = self._last, None  # nobody else's, as long as it is in use
        if last is None or last[0] is not content:
            last = content, _Parts(lambda: io.BytesIO(content))
        recording = last[1].read(span)
        self._last = last
        return recording

    def open(self, source: BinaryIO, block_frames: int) -> AudioBlocks | None:
        """The whole default audio track."""
        with _errors_of_av():
            track = open_track(source)
        return AudioBlocks(track.rate, _join(track, block_frames))

    def open_parts(self, source: OpenSource) -> ReadPart:
        """Parts of one file."""
        return _Parts(source).read


@contextmanager
def _errors_of_av() -> Iterator[None]:
    import av  # only corpora of videos need it

    try:
        yield
    except av.FFmpegError as error:  # its number and the name of a stream tell nobody anything
        raise AudioError("undecodable", f"FFmpeg: {error.strerror or error}") from None
    except ValueError as error:
        raise AudioError("undecodable", f"FFmpeg: {error}") from None


class _Parts:
    """A file that stays open as long as its parts follow each other."""

    def __init__(self, source: OpenSource) -> None:
        self._source = source
        self._file: _OpenFile | None = None

    def read(self, span: Span) -> Recording:
        """A part; after a failure the next one is read from a file anew."""
        file, self._file = self._file, None
        with _errors_of_av():
            if file is None or not file.has(span):
                file = _OpenFile(self._source(), span.track)
            recording = file.read(span)
        self._file = file
        return recording


class _OpenFile:
    """A file that is decoded forward; holds the last part read and what was decoded behind it."""

    def __init__(self, source: BinaryIO, track: int | None) -> None:
        self._number = track
        self._track = open_track(source, track)
        self._blocks = self._track.blocks(from_picture=True)
        self._held: deque[np.ndarray] = deque()
        self._first = self._frames = 0  # of the blocks held, and of all so far
        any(self._decode_to(0))

    def has(self, span: Span) -> bool:
        """Whether it is of this track, and has not been passed."""
        start = self._track.lead if span.start is None else span.start * self._track.rate
        return span.track == self._number and start + 0.5 >= self._first

    def read(self, span: Span) -> Recording:
        """A part of the track."""
        track = self._track
        if span.start is None and track.lead:  # the picture may start before the sound
            span = replace(span, start=track.lead / track.rate)
        seconds = span.decoded_seconds if span.end is None else span.end + 1.0
        self._forget_before((span.start or 0.0) * track.rate)
        for _ in self._decode_to(seconds * track.rate):
            self._forget_before((span.start or 0.0) * track.rate)
            span.check_size(self._frames - self._first, track.channels)
        first, last = span.frame_range(self._frames, track.rate)
        before = first - self._first
        held = np.concatenate([np.zeros((track.channels, 0), np.float32), *self._held], axis=1)
        part = held[:, before : before + last - first].copy().T  # each channel in one piece
        flags = ("damaged",) if track.damaged_between(first, last) else ()
        return Recording(part, track.rate, track.codec, track.channels, flags)

    def _decode_to(self, frames: float) -> Iterator[None]:
        """Decodes block by block, as far as there are any."""
        while self._frames <= frames:
            block = next(self._blocks, None)
            if block is None:
                return
            self._held.append(block)
            self._frames += block.shape[1]
            yield

    def _forget_before(self, frame: float) -> None:
        """Drops blocks before a part; what is left is not rounded into it."""
        while self._held and self._first + self._held[0].shape[1] <= frame - 1:
            self._first += self._held.popleft().shape[1]


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
