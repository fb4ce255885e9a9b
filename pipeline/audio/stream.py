"""Recordings of any length, block by block: decoded, mixed to mono and resampled as they are read.

What :func:`pipeline.audio.decoder.decode` and :func:`pipeline.audio.processing.resample` make of a
whole file, in memory that does not grow with its length.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import soxr

from pipeline.audio.decoder import HEAD_BYTES, read_with_first
from pipeline.audio.processing import to_mono
from pipeline.schema.record import SAMPLE_RATE

BLOCK_FRAMES = 2**18
"""Frames decoded at once: 5.5 s at 48 kHz."""


def stream(path: str | Path, block_frames: int = BLOCK_FRAMES) -> Iterator[np.ndarray]:
    """A recording in blocks, mono at 16 kHz.

    Args:
        path: Any audio or video file.
        block_frames: About how many frames to decode at once.

    Yields:
        Float32 ``(frames,)``, together ``ceil(frames · 16000 / rate)`` samples.

    Raises:
        AudioError: While iterating: the file is empty, a Git LFS pointer, truncated or no audio.
        OSError: The file can't be read.
    """
    path = Path(path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    rate, blocks = read_with_first(head, lambda backend: backend.open(path, block_frames))
    yield from resample_blocks(map(to_mono, blocks), rate)


def resample_blocks(blocks: Iterable[np.ndarray], rate: int) -> Iterator[np.ndarray]:
    """Resamples consecutive blocks as :func:`pipeline.audio.processing.resample` does the whole.

    Args:
        blocks: Mono float32, each ``(frames,)``.
        rate: Their rate, in Hz.

    Yields:
        Float32 ``(frames,)``, at 16 kHz.
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
