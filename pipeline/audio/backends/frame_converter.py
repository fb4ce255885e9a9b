"""Frames as FFmpeg decodes them, brought to float32 at one rate."""

from collections.abc import Iterator
from typing import Any

import av
import numpy as np

MOST_PLANES = 7
"""Channels that are read unpacked: of eight planes or more PyAV reads memory that is not theirs."""


class FrameConverter:
    """Brings frames to float32 at one rate, whatever changes in the middle of a track.

    Attributes:
        frames: Given so far.
    """

    def __init__(self, rate: int) -> None:
        """Begins a track.

        Args:
            rate: Sampling rate of the input, in Hz.
        """
        self.rate = rate
        self.frames = 0
        self._form: tuple[object, ...] | None = None
        self._resampler: Any = None

    def convert(self, frame: Any) -> Iterator[np.ndarray]:
        """Samples of a frame, float32 of shape ``(channels, frames)``, and those held back."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:
            yield from self.flush()
            self._form = form
            self._resampler = None
        if form[::2] == ("fltp", self.rate) and frame.layout.nb_channels <= MOST_PLANES:
            if frame.samples:  # what most decoders give needs no conversion
                self.frames += frame.samples
                yield frame.to_ndarray()
            return
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="flt", rate=self.rate)
        yield from self._samples(frame)

    def flush(self) -> Iterator[np.ndarray]:
        """Samples that wait for others, which do not come."""
        if self._resampler is not None and self._form and self._form[2] != self.rate:
            yield from self._samples(None)

    def _samples(self, frame: Any) -> Iterator[np.ndarray]:
        for part in self._resampler.resample(frame):
            channels = part.layout.nb_channels
            samples = np.ascontiguousarray(part.to_ndarray().reshape(-1, channels).T)
            self.frames += samples.shape[1]
            yield samples
