"""The bootstrap over speakers, as confusion matrices: behind every interval of an evaluation.

Clips of one speaker rise and fall together, and what is claimed is how a model does on *new*
speakers; so speakers are drawn with replacement, each with all of their clips.

Source: Ferrer and Riera, "Confidence intervals for evaluation in machine learning" (2022), which
resamples the dependent groups of a test set together.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]

MAX_REDRAWS = 20
"""How often the bootstrap draws anew to find draws that hold every class."""

AT_ONCE = 2**22
"""Numbers drawn at once: 32 MB, however many speakers there are."""

MANY = 1_000
"""Of more speakers, those whose counts are equal are drawn together."""

FEW_SPEAKERS = 10
"""With fewer an interval is too narrow to conclude from."""


def confusions_by_speaker(
    reference: Integers, predicted: Integers, speakers: Sequence[str | None], classes: int
) -> Integers:
    """Confusion matrices ``(speakers, classes, classes)``: rows reference, columns predicted.

    An utterance whose speaker is unknown counts as a speaker of its own.

    Args:
        reference: True class of each utterance ``(utterances,)``.
        predicted: Predicted classes ``(utterances,)``, or ``(runs, utterances)`` of several models,
            whose counts are summed.
        speakers: Speaker of each utterance; ``None`` where unknown.
        classes: How many classes the task has.
    """
    names = [speaker if speaker is not None else f"\0{row}" for row, speaker in enumerate(speakers)]
    groups, group_of = np.unique(np.asarray(names, dtype=object).astype(str), return_inverse=True)
    counts = np.zeros((len(groups), classes, classes), dtype=np.int64)
    for run in np.atleast_2d(predicted):
        np.add.at(counts, (group_of, reference, run), 1)
    return counts


def count_speakers(speakers: Sequence[str | None]) -> int:
    """Speakers that the bootstrap tells apart: each utterance of an unknown one counts as one."""
    known = [speaker for speaker in speakers if speaker is not None]
    return len(set(known)) + len(speakers) - len(known)


def resample_speakers(by_speaker: Integers, draws: int = 1000, seed: int = 0) -> Integers:
    """Summed confusion matrices of draws of speakers, ``(draws, ..., classes, classes)``.

    Draws that miss a class are drawn again, at most :data:`MAX_REDRAWS` times: without its hardest
    class a draw would score too well. So there may be fewer draws than asked for, even none.

    Args:
        by_speaker: Confusion matrices ``(speakers, ..., classes, classes)``. Dimensions between
            hold what shares the draws, such as two models on the same utterances.
        draws: How many draws to give.
        seed: Seed of the draws.
    """
    rng = np.random.default_rng(seed)
    speakers, classes = len(by_speaker), by_speaker.shape[-1]
    present = by_speaker.sum(axis=(0, -1)) > 0
    kept: list[Integers] = []
    counts, chances = _merge_equal(by_speaker.reshape(speakers, -1))  # multiplied by BLAS
    at_once = max(1, AT_ONCE // len(counts))
    for _ in range(MAX_REDRAWS):
        summed = [
            rng.multinomial(speakers, chances, size=min(at_once, draws - start)) @ counts
            for start in range(0, draws, at_once)
        ]
        confusions = np.concatenate(summed).astype(np.int64).reshape(draws, *by_speaker.shape[1:])
        missing = (confusions.sum(axis=-1) == 0) & present
        kept.append(confusions[~missing.reshape(draws, -1, classes).any(axis=(1, 2))])
        if sum(map(len, kept)) >= draws:
            break
    return np.concatenate(kept)[:draws]


def _merge_equal(counts: Integers) -> tuple[Floats, Floats]:
    """Counts ``(kinds, ...)``, and the chance of each kind to be drawn.

    Speakers of equal counts can't be told apart, so that drawing their kind with its share gives
    sums of the same distribution. Utterances of unknown speakers, which each count as one, are of
    a few dozen kinds.
    """
    speakers = len(counts)
    if speakers <= MANY:
        return counts.astype(np.float64), np.full(speakers, 1 / speakers)
    kinds, often = np.unique(counts, axis=0, return_counts=True)
    return kinds.astype(np.float64), often / speakers
