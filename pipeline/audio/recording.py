"""Recordings as they are stored in a file, parts of them, and the reasons why one can't be used."""

import math
from dataclasses import dataclass

import numpy as np

MISSING_TOLERANCE = 0.010
"""Seconds that may be missing at the end: some writers count their header as samples."""

END_TOLERANCE = 0.020
"""Seconds by which a part may end behind the recording: times in tables are rounded."""

RATES = range(1_000, 1_000_001)
"""Sample rates that audio can have, in Hz."""

LARGEST_PART = 2**27
"""Samples in all channels that are decoded of a part: 512 MiB as float32."""

_ORDINARY = 2 * 48_000
"""Samples a second of stereo at 48 kHz, which no other limit than ``max_duration`` holds back."""


class AudioError(Exception):
    """A clip can't be used.

    Attributes:
        reason: ``empty``, ``undecodable``, ``no_audio``, ``git_lfs_pointer``, ``truncated``,
            ``silent``, ``too_long``, ``no_channel`` or ``outside_recording``.
        detail: What was found, what was expected, what to do.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Recording:
    """Decoded audio as it was stored.

    Attributes:
        samples: Shape ``(frames, channels)``; int16, or float32 in [−1, 1].
        rate: Sampling rate in Hz.
        codec: Container and encoding, such as ``WAV/PCM_16``.
        channels: Number of channels of the file.
        flags: Warnings about the file: ``damaged``, ``trailing_data`` or
            ``unknown_length``.
    """

    samples: np.ndarray
    rate: int
    codec: str
    channels: int
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a recording that is wanted, and how long it may be.

    Attributes:
        start: Start in s, finite; None for the beginning.
        end: End in s, finite; None for the end.
        max_duration: Longest part allowed, in s.
        track: Audio track of a film, from 0; None for the one that it marks as default.
    """

    start: float | None = None
    end: float | None = None
    max_duration: float = math.inf
    track: int | None = None

    def frame_range(self, frames: int, rate: int) -> tuple[int, int]:
        """First frame of the part, and the one after its last.

        Args:
            frames: Frames of the whole recording.
            rate: Sampling rate in Hz.

        Raises:
            AudioError: No audio has such a rate, the part does not lie in the recording (its end
                may lie :data:`END_TOLERANCE` behind), or is longer than allowed.
        """
        check_rate(rate)
        first = (self.start or 0.0) * rate
        last = frames if self.end is None else min(self.end * rate, frames)
        ends_behind = self.end is not None and self.end > frames / rate + END_TOLERANCE
        if (
            not 0 <= first <= last
            or ends_behind
            or (self.start is not None and round(first) >= frames)
        ):
            end = "the end" if self.end is None else f"{self.end:g} s"
            raise AudioError(
                "outside_recording",
                f"from {self.start or 0:g} s to {end} of a recording of {frames / rate:.2f} s; "
                "are the times in seconds, and of this file?",
            )
        seconds = (round(last) - round(first)) / rate
        if seconds > self.max_duration:
            raise AudioError(
                "too_long", f"{seconds:.2f} s, longer than max_duration {self.max_duration:g} s"
            )
        return round(first), round(last)

    def check_size(self, frames: float, channels: int) -> None:
        """Refuses a part that takes more memory than recordings of that length do.

        A small file can hold minutes of silence at 655 kHz in 8 channels, or in 255.

        Args:
            frames: Frames of the part.
            channels: Channels of the file.

        Raises:
            AudioError: It does; to be asked before memory is taken.
        """
        most = max(LARGEST_PART, _ORDINARY * self.max_duration)
        if frames * channels > most:
            raise AudioError(
                "too_long",
                f"{frames * channels:,.0f} samples in {channels} channels; at most {most:,.0f} are "
                f"decoded with max_duration {self.max_duration:g} s",
            )

    @property
    def decoded_seconds(self) -> float:
        """Seconds after which a decoder may stop: the part is complete, or certainly too long."""
        return max((self.start or 0.0) + self.max_duration, self.end or 0.0) + 1.0


def check_rate(rate: int) -> int:
    """The rate, if audio can have been sampled at it.

    Raises:
        AudioError: It is not in :data:`RATES`.
    """
    if rate not in RATES:
        raise AudioError(
            "undecodable",
            f"the header gives a sample rate of {rate:,} Hz: expected {RATES[0]:,} to "
            f"{RATES[-1]:,} Hz",
        )
    return rate
