"""Search: pairs of clips, and the offset between them, that may be the same recording.

As Haitsma and Kalker search (section 5): clips that share a recording share some sub-fingerprint
exactly, where the bit that is the least certain may be turned. Here all clips are compared with all
others at once: sub-fingerprints are sorted, and where equal ones meet, their neighbours are
compared before the pair counts as a candidate.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.fingerprinting.bit_errors import bit_errors
from pipeline.fingerprinting.collection import Fingerprints, Indices
from pipeline.fingerprinting.subfingerprints import Codes, Mask

_AT_ONCE = 1 << 20  # anchors that are sorted at once, about: bounds the memory
_MOST_EQUAL = 64  # clips that are compared of those that share a code: more share a hum, or a beep
_NEIGHBOURS = np.array([-24, -16, -8, 8, 16, 24])  # frames from the one in common
_NEIGHBOURS_DIFFER = 0.32  # share of bits, at most; of other recordings about half


class Candidates(NamedTuple):
    """Pairs of clips that may share a recording, each with an offset; sorted and unique.

    Attributes:
        first: Numbers of clips, shape ``(candidates,)``.
        second: Numbers of clips, each larger than the first.
        offset: Frames by which the second begins later in the recording than the first.
    """

    first: Indices
    second: Indices
    offset: Indices


def find_candidates(prints: Fingerprints) -> Candidates:
    """Finds the candidates among all pairs of clips."""
    anchors = _anchors(prints)
    parts = 2 * len(anchors) // _AT_ONCE + 1
    found = (_unique(_meet(prints, *_part(prints, anchors, n, parts))) for n in range(parts))
    return Candidates(*_unique(found))


def _unique(found: Iterable[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Columns of several arrays, each ``(3, candidates)``: sorted, and each once."""
    together = np.concatenate([np.zeros((3, 0), np.int64), *found], axis=1)
    columns: npt.NDArray[np.int64] = np.unique(together, axis=1)
    return columns


def _anchors(prints: Fingerprints) -> Codes:
    """Frames that clips are found by: loud ones, and of equal ones in a row the first."""
    codes = prints.codes
    new = np.ones(len(codes), np.bool_)
    new[1:] = codes[1:] != codes[:-1]
    new[prints.starts[:-1][prints.lengths > 0]] = True
    return np.nonzero(new & prints.loud)[0].astype(np.uint32)  # of millions, so half as large


def _part(prints: Fingerprints, anchors: Codes, number: int, parts: int) -> tuple[Indices, Codes]:
    """Anchors and their codes, as they are and with the bit turned that is the least certain.

    Returns:
        Those whose codes belong to one of so many parts.
    """
    frames, codes = [np.zeros(0, np.int64)], [np.zeros(0, np.uint32)]
    for start in range(0, len(anchors), _AT_ONCE):
        some = anchors[start : start + _AT_ONCE]
        plain = prints.codes[some]
        for spelt in (plain, plain ^ (np.uint32(1) << prints.weakest[some])):
            here = spelt % parts == number
            frames.append(some[here].astype(np.int64))
            codes.append(spelt[here])
    return np.concatenate(frames), np.concatenate(codes)


def _meet(prints: Fingerprints, anchors: Indices, codes: Codes) -> Iterator[Indices]:
    """Pairs of clips with equal anchors whose neighbours are alike, and their offsets.

    Yields:
        First, second and offset as :class:`Candidates` has them, shape ``(3, candidates)``.
    """
    order = np.argsort(codes, kind="stable")
    anchors, codes = anchors[order], codes[order]
    for step in range(1, _MOST_EQUAL):
        equal = np.nonzero(codes[step:] == codes[:-step])[0]
        if not len(equal):
            return
        here, there = anchors[equal], anchors[equal + step]
        one, other = np.minimum(here, there), np.maximum(here, there)
        clips = prints.clip_of(one), prints.clip_of(other)
        alike = (clips[0] != clips[1]) & _neighbours_alike(prints, one, other, clips)
        offset = (one - prints.starts[clips[0]]) - (other - prints.starts[clips[1]])
        yield np.stack([*clips, offset])[:, alike]


def _neighbours_alike(
    prints: Fingerprints, one: Indices, other: Indices, clips: tuple[Indices, Indices]
) -> Mask:
    """Whether the frames around equal ones are alike, as far as both clips have them."""
    wrong, compared = np.zeros(len(one)), np.zeros(len(one))
    for step in _NEIGHBOURS:
        inside = np.ones(len(one), np.bool_)
        for frames, clip in zip((one, other), clips, strict=True):
            near = frames + step
            inside &= (near >= prints.starts[clip]) & (near < prints.starts[clip + 1])
        pair = prints.codes[one[inside] + step], prints.codes[other[inside] + step]
        wrong[inside] += bit_errors(*pair)
        compared += 32 * inside
    return wrong <= _NEIGHBOURS_DIFFER * compared
