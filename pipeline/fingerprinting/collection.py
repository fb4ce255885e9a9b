"""Fingerprints of many clips in a few flat arrays: about 1.7 MB an hour of audio."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.fingerprinting.subfingerprints import EMPTY, Codes, Mask, Numbers, Subfingerprints

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fingerprints:
    """Fingerprints of clips, one behind the other.

    Attributes:
        codes: Sub-fingerprints of all clips, shape ``(frames,)``.
        loud: Frames that count, shape ``(frames,)``.
        weakest: The bit of each that is the least certain, shape ``(frames,)``.
        starts: First frame of every clip, and the end of the last one, shape ``(clips + 1,)``.
    """

    codes: Codes
    loud: Mask
    weakest: Numbers
    starts: Indices

    @classmethod
    def of(cls, clips: Sequence[Subfingerprints]) -> Self:
        """Fingerprints of clips, in their order."""
        codes, loud, weakest = zip(EMPTY, *clips, strict=True)
        lengths = [len(clip.codes) for clip in clips]
        starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        return cls(
            np.concatenate(codes),
            np.concatenate(loud),
            np.concatenate(weakest),
            starts.astype(np.int64),
        )

    @property
    def lengths(self) -> Indices:
        """Frames of every clip, shape ``(clips,)``."""
        return np.diff(self.starts)

    def clip_of(self, frames: Indices) -> Indices:
        """Numbers of the clips that hold these frames."""
        return np.searchsorted(self.starts, frames, side="right") - 1

    def loud_frames(self) -> Indices:
        """Number of frames of every clip that count, shape ``(clips,)``."""
        total = np.concatenate([[0], np.cumsum(self.loud)])
        return np.diff(total[self.starts])
