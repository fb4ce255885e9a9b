"""Windows: a recording of any length as clips that fit the model."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.audio.processing import process_recording
from pipeline.audio.recording import AudioError, Recording
from pipeline.schema.record import SAMPLE_RATE
from training.data.clips import normalize_input

Samples = npt.NDArray[np.float32]


class AudioWindow(NamedTuple):
    """A window of a recording as model input.

    Attributes:
        start: In seconds.
        end: In seconds.
        samples: Scaled as the model expects, float32 ``(samples,)``; ``None`` where all is
            digital silence.
    """

    start: float
    end: float
    samples: Samples | None


def prepare_windows(blocks: Iterable[Samples], window: float) -> Iterator[AudioWindow]:
    """The windows of a recording, prepared as the clips of a dataset are.

    Args:
        blocks: The recording, mono at 16 kHz, in consecutive blocks ``(samples,)``.
        window: Seconds a window.

    Yields:
        The windows, half overlapping; see :func:`sliding_windows`.

    Raises:
        AudioError: There are no samples at all, or some are no numbers.
    """
    for start, samples in sliding_windows(blocks, round(window * SAMPLE_RATE)):
        if not len(samples):
            raise AudioError("empty", "the file has no samples")
        end = start + len(samples)
        yield AudioWindow(start / SAMPLE_RATE, end / SAMPLE_RATE, _prepare(samples))


def sliding_windows(blocks: Iterable[Samples], width: int) -> Iterator[tuple[int, Samples]]:
    """Windows of ``width`` samples that overlap by half, each with its first sample's index.

    The last one ends where the recording ends, so all are equally long; a recording that is not
    longer than a window is one window. Memory holds at most two windows and a block.

    Args:
        blocks: The recording in consecutive blocks ``(samples,)``.
        width: Samples of a window.

    Yields:
        Index of the first sample, and the samples ``(width,)``, fewer for a short recording.
    """
    held, first, start = np.zeros(0, np.float32), 0, 0  # first: index of held[0]
    hop = max(1, width // 2)
    for block in blocks:
        held = np.concatenate([held[max(0, start - hop - first) :], block])
        first = max(first, start - hop)
        while first + len(held) > start + width:
            yield start, held[start - first : start - first + width]
            start += hop
    last = max(0, first + len(held) - width)
    yield last, held[last - first :]


def _prepare(samples: Samples) -> Samples | None:
    """Model input as :mod:`training.data.clips` makes it of a clip; ``None`` if all silent."""
    try:
        clip = process_recording(Recording(samples[:, None].copy(), SAMPLE_RATE, "", 1)).samples
    except AudioError as error:
        if error.reason != "silent":
            raise
        return None
    if clip.min() == clip.max():  # what the resampler leaves of silence
        return None
    return normalize_input(clip.astype(np.float32) / np.float32(32768))
