"""libsndfile: WAV, AIFF, FLAC, Ogg, MP3, SPHERE and many more."""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np
import soundfile

from pipeline.audio.backend import AudioBlocks, Backend, OpenSource, ReadPart
from pipeline.audio.recording import MISSING_TOLERANCE, AudioError, Recording, Span

_PCM_16 = {"PCM_16", "PCM_S8", "PCM_U8"}
_SOUGHT_APART = ("OPUS", "VORBIS")
"""Codecs whose samples differ by the position from which the decoder sought."""
_SOUGHT_SLOWLY = ("MPEG",)
"""Codecs in which a position is found only by walking through the file from its start."""
_BLOCK = 1 << 22
"""Frames decoded at once: a header may promise more than memory holds."""
_STEP = 1 << 16
"""Frames decoded at once on the way forward."""
_UNKNOWN = 1 << 60
"""Frames that libsndfile reports at least where a header does not say how many there are."""


class Sndfile(Backend):
    """Decodes no more of a file than is asked for."""

    suffixes = frozenset(
        {".aif", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".sph", ".w64"}
        | {".wav"}
    )
    libraries = ("soundfile",)

    def accepts(self, head: bytes) -> bool:
        """Always: libsndfile itself decides what it can read."""
        return True

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """A part of the file: int16 where it holds no more than 16 bits a sample, else float32."""
        with _open(_Content(content)) as file:
            return _read_part(file, span)

    def open(self, source: BinaryIO, block_frames: int) -> AudioBlocks | None:
        """The whole file."""
        file = _open(source)
        if file.frames >= _UNKNOWN:
            file.close()
            return None
        return AudioBlocks(file.samplerate, _read_blocks(file, block_frames))

    def open_parts(self, source: OpenSource) -> ReadPart:
        """Parts of one file."""
        return _Parts(source).read


class _Parts:
    """A file that stays open from part to part where that gives the same samples."""

    def __init__(self, source: OpenSource) -> None:
        self._source = source
        self._file: soundfile.SoundFile | None = None
        self._forward: _Forward | None = None
        self._at = 0

    def read(self, span: Span) -> Recording | None:
        """A part; after a failure the next one is read from a file anew."""
        file, forward = self._file, self._forward
        self._file = self._forward = None
        if file is None or (forward and not forward.has(span)):
            file = _open(self._source())
            forward = _Forward(file) if file.subtype.startswith(_SOUGHT_SLOWLY) else None
            self._at = 0
        recording = _read_part(file, span, self._at, forward.read if forward else None)
        if recording and file.seekable() and not file.subtype.startswith(_SOUGHT_APART):
            self._file, self._forward = file, forward
            self._at = span.frame_range(file.frames, file.samplerate)[0] + len(recording.samples)
        return recording


class _Forward:
    """A file that is decoded forward, in steps that do not depend on the parts wanted.

    Samples are those of the whole file, which for MP3 differ from sought ones by rounding.
    """

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self._first = 0  # of the frames held
        self._held: list[np.ndarray] = []

    def has(self, span: Span) -> bool:
        """Whether a part has not been passed."""
        first = round((span.start or 0.0) * int(self._file.samplerate))
        return first >= self._first

    def read(self, first: int, frames: int, dtype: str) -> np.ndarray:
        """So many frames from the first on, or as many as there are."""
        held, end = self._held, self._first + sum(map(len, self._held))
        while end < first + frames and len(block := _read(self._file, _STEP, dtype)):
            held.append(block)
            end += len(block)
            while len(held) > 1 and self._first + len(held[0]) <= first:
                self._first += len(held.pop(0))
        before = first - self._first
        return np.concatenate(held or [_read(self._file, 0, dtype)])[before : before + frames]


def _read_part(
    file: soundfile.SoundFile,
    span: Span,
    at: int = 0,
    read: Callable[[int, int, str], np.ndarray] | None = None,
) -> Recording | None:
    """A part of an open file.

    Args:
        file: The file.
        span: The part.
        at: Position in the file; some files can't report theirs.
        read: Gives so many frames from the first on, of a type; None to seek them.
    """
    if file.frames >= _UNKNOWN:
        return None
    first, last = span.frame_range(file.frames, file.samplerate)
    span.check_size(last - first, file.channels)
    dtype = "int16" if file.subtype in _PCM_16 else "float32"
    try:
        if read:
            samples = read(first, last - first, dtype)
        else:
            if first != at:
                file.seek(first)
            samples = _read(file, last - first, dtype)
    except soundfile.LibsndfileError as error:
        raise _broken_off(error) from None
    if file.subtype.startswith("MPEG") and len(samples) < last - first:
        span.frame_range(first + len(samples), file.samplerate)  # lengths are guesses there
    _check_frames(file, last - first - len(samples))
    codec = f"{file.format}/{file.subtype}"
    return Recording(samples, file.samplerate, codec, file.channels)


class _Content(io.BytesIO):
    """Bytes that libsndfile reads: a damaged header may send it to before their beginning."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return super().seek(max(0, offset) if whence == io.SEEK_SET else offset, whence)


def _open(source: BinaryIO) -> soundfile.SoundFile:
    try:
        return soundfile.SoundFile(source)
    except soundfile.LibsndfileError as error:
        raise AudioError("undecodable", f"libsndfile: {error.error_string}") from None


def _read(file: soundfile.SoundFile, frames: int, dtype: str) -> np.ndarray:
    """So many frames, or as many as there are; memory grows with those there are."""
    if frames <= _BLOCK:
        samples: np.ndarray = file.read(frames, dtype=dtype, always_2d=True)
        return samples
    blocks: list[np.ndarray] = []
    while frames and (not blocks or len(blocks[-1])):
        blocks.append(file.read(min(_BLOCK, frames), dtype=dtype, always_2d=True))
        frames -= len(blocks[-1])
    return np.concatenate(blocks)


def _read_blocks(file: soundfile.SoundFile, block_frames: int) -> Iterator[np.ndarray]:
    frames = 0
    block_frames = max(1, 2 * block_frames // max(2, file.channels))  # a thousand are allowed
    with file:
        try:
            while len(block := file.read(block_frames, dtype="float32", always_2d=True)):
                frames += len(block)
                yield block
        except soundfile.LibsndfileError as error:
            raise _broken_off(error) from None
        _check_frames(file, file.frames - frames)


def _broken_off(error: soundfile.LibsndfileError) -> AudioError:
    return AudioError("undecodable", f"libsndfile: decoding broke off: {error.error_string}")


def _check_frames(file: soundfile.SoundFile, missing: int) -> None:
    """Refuses a file of which fewer frames were decoded than its header promises."""
    if file.subtype.startswith("MPEG"):  # there, lengths are guesses
        return
    if missing / file.samplerate > MISSING_TOLERANCE:
        raise AudioError(
            "undecodable" if file.format == "FLAC" else "truncated",
            f"the header promises {file.frames / file.samplerate:.2f} s, "
            f"{missing / file.samplerate:.2f} s of it are not there",
        )
