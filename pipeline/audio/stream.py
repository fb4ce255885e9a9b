"""Recordings of any length, block by block: decoded, mixed to mono and resampled as they are read.

What :func:`pipeline.audio.decoder.decode` and :func:`pipeline.audio.processing.resample` make of a
whole file, in memory that does not grow with its length.
"""

import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from pipeline.audio.decoder import (
    LFS_POINTER,
    MISSING_TOLERANCE,
    AudioError,
    bytes_per_sample,
    check_rate,
    missing_bytes,
)
from pipeline.schema.record import SAMPLE_RATE

BLOCK = 2**18
"""Frames decoded at once: 5.5 s at 48 kHz."""


def stream(path: str | Path) -> Iterator[np.ndarray]:
    """The sound of a file in blocks, float32 ``(frames,)``, mono at 16 kHz.

    Together they have ``ceil(frames · 16000 / rate)`` samples.

    Raises:
        AudioError: While iterating: the file is empty, a Git LFS pointer, truncated or no audio.
        OSError: The file cannot be read.
    """
    path = Path(path)
    promised = _check_content(path)
    try:
        # By number, as soundfile takes a name that ends in .raw for headerless samples.
        file = soundfile.SoundFile(os.open(path, os.O_RDONLY), closefd=True)
    except soundfile.LibsndfileError as error:
        yield from _stream_av(path, error.error_string)
        return
    with file:
        frame = file.channels * bytes_per_sample(file.subtype)
        missing = promised / max(1, frame * file.samplerate)
        if missing > MISSING_TOLERANCE:
            raise AudioError("truncated", f"the header promises {missing:.2f} s more than there is")
        yield from resample_blocks(_read_blocks(file), file.samplerate)


def resample_blocks(blocks: Iterable[np.ndarray], rate: int) -> Iterator[np.ndarray]:
    """Resamples consecutive blocks as :func:`pipeline.audio.processing.resample` does the whole.

    Args:
        blocks: Mono float32, each ``(frames,)``.
        rate: Their rate, in Hz.
    """
    if rate == SAMPLE_RATE:
        yield from blocks
        return
    resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, quality="HQ")
    frames = given = 0
    for block in blocks:
        frames += len(block)
        resampled = resampler.resample_chunk(block)
        given += len(resampled)
        yield resampled
    left = -(-frames * SAMPLE_RATE // rate) - given
    rest = resampler.resample_chunk(np.zeros(0, np.float32), last=True)[:left]
    yield np.pad(rest, (0, left - len(rest)))


def _check_content(path: Path) -> int:
    """Bytes that the header promises beyond the end of the file."""
    if not path.stat().st_size:
        raise AudioError("empty", "the file has 0 bytes")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[: len(LFS_POINTER)] == LFS_POINTER:
            raise AudioError("git_lfs_pointer", "a Git LFS pointer stands where audio should be")
        return missing_bytes(content)


def _read_blocks(file: soundfile.SoundFile) -> Iterator[np.ndarray]:
    """Mono blocks of what libsndfile decodes."""
    frames = 0
    try:
        while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
            frames += len(block)
            yield block.mean(axis=1) if block.shape[1] > 1 else block[:, 0]
    except soundfile.LibsndfileError as error:
        raise AudioError("truncated", f"decoding broke off: {error}") from None
    lacking = (file.frames - frames) / file.samplerate
    if lacking > MISSING_TOLERANCE and not file.subtype.startswith("MPEG"):  # MPEG lengths: guesses
        raise AudioError("truncated", f"the header promises {lacking:.2f} s more than there is")


def _stream_av(path: Path, problem: str) -> Iterator[np.ndarray]:
    """What FFmpeg decodes where libsndfile can't: videos, AAC and the like."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise AudioError("no_audio", f"{container.format.name} without an audio stream")
            source = container.streams.audio[0]
            rate = check_rate(source.codec_context.sample_rate if source.codec_context else 0)
            converter = av.AudioResampler(format="fltp", rate=rate)
            frames = (
                part for frame in container.decode(source) for part in converter.resample(frame)
            )
            yield from resample_blocks(
                _join(part.to_ndarray().mean(axis=0) for part in frames), rate
            )
    except (av.FFmpegError, ValueError) as error:
        raise AudioError("undecodable", f"libsndfile: {problem}; FFmpeg: {error}") from None


def _join(parts: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Blocks of at least :data:`BLOCK` frames out of FFmpeg's, of a thousand or so each."""
    held: list[np.ndarray] = []
    for part in parts:
        held.append(part)
        if sum(map(len, held)) >= BLOCK:
            yield np.concatenate(held)
            held = []
    if held:
        yield np.concatenate(held)
