"""What libsndfile decodes: WAV, AIFF, FLAC, Ogg, MP3, SPHERE and many more."""

import io
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from pipeline.audio.backend import AudioBlocks, Backend
from pipeline.audio.recording import MISSING_TOLERANCE, AudioError, Recording, Span

_PCM_16 = {"PCM_16", "PCM_S8", "PCM_U8"}


class Sndfile(Backend):
    """Decodes no more of a file than is asked for."""

    suffixes = frozenset(
        {".aif", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".sph", ".w64"}
        | {".wav"}
    )
    libraries = ("soundfile",)

    def accepts(self, head: bytes) -> bool:
        """Always: libsndfile itself tells what it knows."""
        return True

    def decode(self, content: bytes, span: Span) -> Recording | None:
        """A part of the file: int16 where it holds no more than 16 bits a sample, else float32."""
        with _open(_Content(content)) as file:
            _check_length(file, missing_bytes(content))
            first, last = span.frame_range(file.frames, file.samplerate)
            span.check_size(last - first, file.channels)
            try:
                if first:
                    file.seek(first)
                dtype = "int16" if file.subtype in _PCM_16 else "float32"
                samples = file.read(last - first, dtype=dtype, always_2d=True)
            except soundfile.LibsndfileError as error:
                raise AudioError("truncated", f"decoding broke off: {error}") from None
            _check_frames(file, last - first - len(samples))
            codec = f"{file.format}/{file.subtype}"
            return Recording(samples, file.samplerate, codec, file.channels)

    def open(self, path: Path, block_frames: int) -> AudioBlocks | None:
        """The whole file."""
        with path.open("rb") as raw, mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as content:
            missing = missing_bytes(content)
        # By number, as soundfile takes a name that ends in .raw for headerless samples.
        file = _open(os.open(path, os.O_RDONLY))
        try:
            _check_length(file, missing)
        except AudioError:
            file.close()
            raise
        return AudioBlocks(file.samplerate, _read_blocks(file, block_frames))


class _Content(io.BytesIO):
    """Bytes that libsndfile reads: a damaged header may send it to before their beginning."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return super().seek(max(0, offset) if whence == io.SEEK_SET else offset, whence)


def _open(source: _Content | int) -> soundfile.SoundFile:
    try:
        return soundfile.SoundFile(source, closefd=True)
    except soundfile.LibsndfileError as error:
        raise AudioError("undecodable", f"libsndfile: {error.error_string}") from None


def _read_blocks(file: soundfile.SoundFile, block_frames: int) -> Iterator[np.ndarray]:
    frames = 0
    block_frames = max(
        1, 2 * block_frames // max(2, file.channels)
    )  # memory does not grow with them
    with file:
        try:
            while len(block := file.read(block_frames, dtype="float32", always_2d=True)):
                frames += len(block)
                yield block
        except soundfile.LibsndfileError as error:
            raise AudioError("truncated", f"decoding broke off: {error}") from None
        _check_frames(file, file.frames - frames)


def _check_length(file: soundfile.SoundFile, missing: int) -> None:
    """Refuses a file whose header promises more bytes than there are."""
    second = file.channels * file.samplerate * bytes_per_sample(file.subtype)
    _refuse_missing(missing / max(1, second))


def _check_frames(file: soundfile.SoundFile, missing: int) -> None:
    """Refuses a file of which fewer frames were decoded than its header promises."""
    if not file.subtype.startswith("MPEG"):  # there, lengths are guesses
        _refuse_missing(missing / file.samplerate)


def _refuse_missing(seconds: float) -> None:
    if seconds > MISSING_TOLERANCE:
        raise AudioError("truncated", f"the header promises {seconds:.2f} s more than there is")


def missing_bytes(content: bytes | mmap.mmap) -> int:
    """Bytes that a WAV or AIFF header promises beyond the end of the file."""
    if content[:4] in {b"RIFF", b"RIFX"} and content[8:12] == b"WAVE":
        wanted, order = b"data", "little" if content[:4] == b"RIFF" else "big"
    elif content[:4] == b"FORM" and content[8:11] == b"AIF":
        wanted, order = b"SSND", "big"
    else:
        return 0
    position = 12
    while position + 8 <= len(content):
        size = int.from_bytes(content[position + 4 : position + 8], order)  # type: ignore[arg-type]
        if content[position : position + 4] == wanted:
            streamed = size in {0, 0x7FFFFFFF, 0xFFFFFFFF} or size > 0xFFFFFF00
            return 0 if streamed else max(0, position + 8 + size - len(content))
        position += 8 + size + size % 2
    return 0


def bytes_per_sample(subtype: str) -> float:
    """Bytes of one sample of one channel in libsndfile's encoding ``subtype``."""
    bits = {"PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}
    return bits.get(subtype, 8) / 8
