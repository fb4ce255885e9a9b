"""Recordings of any length, block by block: decoded, mixed to mono and resampled as they are read.

What :func:`pipeline.audio.decoder.decode` and :func:`pipeline.audio.processing.resample` make of a
whole file, in memory that does not grow with its length.
"""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr

from pipeline.audio.containers.examination import examine
from pipeline.audio.containers.file_view import FileView
from pipeline.audio.containers.layout import Layout
from pipeline.audio.decoder import HEAD_BYTES, read_with_first, refuse_no_audio
from pipeline.audio.processing import CHANNELS_CANCEL, SILENT_STEPS, channels_cancel, to_mono
from pipeline.audio.recording import AudioError, check_rate
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
    with Path(path).open("rb") as file:
        refuse_no_audio(file.read(HEAD_BYTES))
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            layout = examine(content)
        rate, blocks = _open(file, layout, block_frames)
        yield from resample_blocks(_mix(blocks), rate)


def _open(file: BinaryIO, layout: Layout, block_frames: int) -> tuple[int, Iterator[np.ndarray]]:
    """Rate in Hz, and the blocks ``(frames, channels)``."""
    head = FileView(file, layout).read(HEAD_BYTES) or b""
    rate, blocks = read_with_first(
        head,
        lambda backend: backend.open(FileView(file, layout), block_frames),  # type: ignore[arg-type]
        layout.by_packet,
    )
    check_rate(rate)
    if layout.by_packet:
        return rate, blocks

    def all_blocks() -> Iterator[np.ndarray]:
        """What breaks off is decoded again packet by packet, and goes on where it was."""
        given = 0
        try:
            for block in blocks:
                yield block
                given += len(block)
        except AudioError as error:
            if error.reason != "undecodable":
                raise
        else:
            return
        _, again = read_with_first(
            head,
            lambda backend: backend.open(FileView(file, layout), block_frames),  # type: ignore[arg-type]
            by_packet=True,
        )
        for block in again:
            if len(block) > given:
                yield block[given:]
            given = max(0, given - len(block))

    return rate, all_blocks()


def _mix(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The mean of the channels, ``(frames,)``.

    Raises:
        AudioError: At the end: it is silent throughout, while the channels are not.
    """
    heard = cancelled = False
    for block in blocks:
        mono = to_mono(block)
        if not heard:
            heard = bool(len(mono)) and float(np.ptp(mono)) > SILENT_STEPS / 32768
            cancelled = not heard and (cancelled or channels_cancel(block))
        yield mono
    if cancelled:
        raise AudioError("silent", CHANNELS_CANCEL)


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
