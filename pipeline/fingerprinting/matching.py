"""Matching: which candidates are the same recording, by the share of bits in which they differ.

Bits of different recordings differ in half of all cases, with a spread of 0.0148 over 256 frames,
as Haitsma and Kalker measured it (section 3.3); over fewer frames it is wider. A pair matches if
its error lies eight spreads below one half, and below 0.22 in any case; the same sentence spoken
twice by one actor stays far above that. Each quarter must match, too, since sentences that begin
with the same words differ only at the end.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.fingerprinting.bit_errors import bit_errors
from pipeline.fingerprinting.collection import Fingerprints, Indices
from pipeline.fingerprinting.search import Candidates, find_candidates
from pipeline.fingerprinting.subfingerprints import FRAME_SECONDS, Subfingerprints

_LEAST_FRAMES = 20  # that both clips have loud: 0.24 s, and the 0.19 s that a frame lasts
_LEAST_SHARE = 0.5  # of the loud frames of the clip that has fewer
_HIGHEST_ERROR = 0.22
_PARTS = 4  # of what is compared, each of which must be alike
_LEAST_PART = 6  # loud frames of a part from which it counts
_HIGHEST_OF_PART = 0.32
_SPREAD = 0.0148 * np.sqrt(256)  # over one frame
_SPREADS = 8.0
_AT_ONCE = 1 << 20  # frames compared at once


class Match(NamedTuple):
    """Two clips that hold the same recording.

    Attributes:
        first: Number of the one clip.
        second: Number of the other, which is larger.
        offset: Seconds by which the second begins later in the recording than the first.
        overlap: Seconds that were compared: those that are loud in both.
        error: Share of the bits that differ, in [0, 0.22].
    """

    first: int
    second: int
    offset: float
    overlap: float
    error: float


def find_matches(clips: Sequence[Subfingerprints]) -> list[Match]:
    """All pairs of clips that hold the same recording.

    One may be a part of the other; what both have must be at least half of what is loud in the
    shorter one, and 0.24 s.

    Returns:
        Pairs, sorted, each at the offset at which fewest bits differ.
    """
    prints = Fingerprints.of(clips)
    candidates = find_candidates(prints)
    frames, errors, worst = compare(prints, candidates)
    shorter = np.minimum(
        *(prints.loud_frames()[which] for which in (candidates.first, candidates.second))
    )
    same = (
        (frames >= np.maximum(_LEAST_FRAMES, _LEAST_SHARE * shorter))
        & (errors <= highest_error(frames))
        & (worst <= _HIGHEST_OF_PART)
    ).nonzero()[0]
    best: dict[tuple[int, int], Match] = {}
    for number in same[np.argsort(errors[same], kind="stable")].tolist():
        pair = int(candidates.first[number]), int(candidates.second[number])
        if pair not in best:
            best[pair] = Match(
                *pair,
                offset=round(int(candidates.offset[number]) * FRAME_SECONDS, 3),
                overlap=round(int(frames[number]) * FRAME_SECONDS, 3),
                error=round(float(errors[number]), 4),
            )
    return sorted(best.values())


def highest_error(frames: Indices) -> npt.NDArray[np.float64]:
    """Share of bits that may differ between equal recordings of so many frames."""
    wide = 0.5 - _SPREADS * _SPREAD / np.sqrt(np.maximum(frames, 1))
    highest: npt.NDArray[np.float64] = np.minimum(_HIGHEST_ERROR, wide)
    return highest


class FingerprintComparison(NamedTuple):
    """Candidates compared over all frames that are loud in both clips.

    Attributes:
        frames: Number of those frames, shape ``(candidates,)``.
        errors: Share of their bits that differ, in [0, 1], shape ``(candidates,)``.
        worst: The same of the quarter of the frames in which most differ.
    """

    frames: Indices
    errors: npt.NDArray[np.float64]
    worst: npt.NDArray[np.float64]


def compare(prints: Fingerprints, candidates: Candidates) -> FingerprintComparison:
    """Compares candidates, over all that both clips have and over each quarter of it."""
    first, second, offset = candidates
    lengths = prints.lengths
    begin = np.maximum(0, offset)
    frames = np.maximum(np.minimum(lengths[first], lengths[second] + offset) - begin, 0)
    here = prints.starts[first] + begin
    there = prints.starts[second] + begin - offset
    loud = np.zeros((len(first), _PARTS), np.int64)
    wrong = np.zeros((len(first), _PARTS), np.int64)
    block = np.cumsum(frames) // _AT_ONCE
    for number in np.unique(block).tolist():
        part = np.nonzero((block == number) & (frames >= _PARTS))[0]
        if not len(part):
            continue
        one, other = _ranges(here[part], frames[part]), _ranges(there[part], frames[part])
        both = prints.loud[one] & prints.loud[other]
        differing = bit_errors(prints.codes[one], prints.codes[other]) * both
        before = np.cumsum(frames[part]) - frames[part]
        bounds = before[:, None] + frames[part][:, None] * np.arange(_PARTS) // _PARTS
        loud[part] = np.add.reduceat(both, bounds.ravel(), dtype=np.int64).reshape(-1, _PARTS)
        wrong[part] = np.add.reduceat(differing, bounds.ravel(), dtype=np.int64).reshape(-1, _PARTS)
    shares = np.where(loud >= _LEAST_PART, wrong / np.maximum(1, 32 * loud), 0.0)
    total = loud.sum(axis=1)
    errors = wrong.sum(axis=1) / np.maximum(1, 32 * total)
    return FingerprintComparison(total, errors, shares.max(axis=1, initial=0.0))


def _ranges(starts: Indices, lengths: Indices) -> Indices:
    """Ranges of numbers one behind the other.

    >>> _ranges(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
