"""The bootstrap over speakers, as confusion matrices: behind every interval of an evaluation.

Clips of one speaker rise and fall together, and what is claimed is how a model does on *new*
speakers; so speakers are drawn with replacement, each with all of their clips.

Source: Ferrer and Riera, "Confidence intervals for evaluation in machine learning" (2022), which
resamples the dependent groups of a test set together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]

DRAWS = 1_000
"""Of speakers, behind an interval."""

MAX_REDRAWS = 20
"""How often the bootstrap draws anew to find draws that hold every class."""

AT_ONCE = 2**22
"""Numbers drawn at once: 32 MB, however many speakers there are."""

MANY = 1_000
"""Of more speakers, those whose counts are equal are drawn together."""

_SORT = 8
"""As many speakers are drawn one by one in the time in which a sort of them is."""

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
    return count_confusions(reference, predicted, group_of, len(groups), classes)


def count_confusions(
    reference: Integers, predicted: Integers, group_of: Integers, groups: int, classes: int
) -> Integers:
    """Confusion matrices ``(groups, classes, classes)`` of groups of utterances.

    Args:
        reference: True class of each utterance ``(utterances,)``.
        predicted: Predicted classes ``(utterances,)`` or ``(runs, utterances)``, which are summed.
        group_of: Number of the group of each utterance ``(utterances,)``.
        groups: How many there are, even without an utterance.
        classes: How many classes the task has.
    """
    counts = np.zeros((groups, classes, classes), dtype=np.int64)
    for run in np.atleast_2d(predicted):
        np.add.at(counts, (group_of, reference, run), 1)
    return counts


def count_speakers(speakers: Sequence[str | None]) -> int:
    """Speakers that the bootstrap tells apart: each utterance of an unknown one counts as one."""
    known = [speaker for speaker in speakers if speaker is not None]
    return len(set(known)) + len(speakers) - len(known)


def resample_speakers(by_speaker: Integers, draws: int = DRAWS) -> Integers:
    """Summed confusion matrices of draws of speakers, ``(draws, ..., classes, classes)``.

    Draws that miss a class are drawn again, at most :data:`MAX_REDRAWS` times: without its hardest
    class a draw would score too well. So there may be fewer draws than asked for, even none.

    Args:
        by_speaker: Confusion matrices ``(speakers, ..., classes, classes)``. Dimensions between
            hold what shares the draws, such as two models on the same utterances.
        draws: How many draws to give.
        seed: Seed of the draws.
    """
    return resample_together([by_speaker], draws)[0]


def resample_together(
    tables: Iterable[Integers], draws: int = DRAWS, seed: int = 0
) -> list[Integers]:
    """:func:`resample_speakers` of several tables of the same speakers, who are drawn once for all.

    A draw that misses a class in one of them is drawn again for all.

    Args:
        tables: Confusion matrices ``(speakers, ..., classes, classes)``, the speakers in the same
            order in each; zeros for those of whom a table has no utterance.
        draws: How many draws to give.
        seed: Seed of the draws.
    """
    rng = np.random.default_rng(seed)
    merged = [_Kinds.of(table) for table in tables]  # one after the other: they may be large
    kept: list[list[Integers]] = [[] for _ in merged]
    for _ in range(MAX_REDRAWS):
        drawn = _draw(rng, merged, draws)
        whole = np.all(
            [kinds.hold_every_class(sums) for kinds, sums in zip(merged, drawn, strict=True)],
            axis=0,
        )
        for found, sums in zip(kept, drawn, strict=True):
            found.append(sums[whole])
        if sum(map(len, kept[0])) >= draws:
            break
    return [np.concatenate(found)[:draws] for found in kept]


@dataclass(frozen=True)
class _Kinds:
    """A table of confusion matrices, in which many speakers of equal counts stand once.

    Attributes:
        counts: Of each kind of speaker ``(kinds, numbers)``: a matrix in a row, for BLAS.
        shape: Of a matrix ``(..., classes, classes)``.
        of_speaker: Number of the kind of each speaker ``(speakers,)``.
    """

    counts: Floats
    shape: tuple[int, ...]
    of_speaker: Integers

    @classmethod
    def of(cls, table: Integers) -> "_Kinds":
        """The kinds of speakers of a table ``(speakers, ..., classes, classes)``."""
        rows, of_speaker = table.reshape(len(table), -1), np.arange(len(table))
        if len(table) > MANY:
            rows, of_speaker = np.unique(rows, axis=0, return_inverse=True)
        return cls(rows.astype(np.float64), table.shape[1:], of_speaker.reshape(-1))

    def add(self, often: Integers, kinds: Integers | slice = slice(None)) -> Integers:
        """Summed matrices of draws, by how often each of some kinds is drawn ``(draws, kinds)``."""
        sums = (often @ self.counts[kinds]).astype(np.int64)
        return sums.reshape(len(often), *self.shape)

    def hold_every_class(self, drawn: Integers) -> npt.NDArray[np.bool_]:
        """Which draws ``(draws, ..., classes, classes)`` lack no class that there is."""
        present = self.counts.sum(axis=0).reshape(self.shape).sum(axis=-1) > 0
        missing = (drawn.sum(axis=-1) == 0) & present
        whole: npt.NDArray[np.bool_] = ~missing.reshape(len(drawn), -1).any(axis=1)
        return whole


def _draw(rng: np.random.Generator, tables: Sequence[_Kinds], draws: int) -> list[Integers]:
    """Summed matrices of draws of speakers, of each of the tables.

    Speakers who are of one kind in every table can't be told apart, so that drawing such a sort by
    its share gives sums of the same distribution. Utterances of unknown speakers, which each count
    as one, are of a few dozen. Where sorts are many, it is faster to draw speaker by speaker.
    """
    speakers = len(tables[0].of_speaker)
    sorts, often = _sort_speakers(tables)
    if speakers <= MANY or _SORT * len(sorts) <= speakers:
        blocks = [
            [table.add(drawn, sorts[:, number]) for number, table in enumerate(tables)]
            for size in _blocks(draws, len(sorts))
            for drawn in [rng.multinomial(speakers, often / speakers, size)]
        ]
    else:
        blocks = [
            _draw_one_by_one(rng, tables, speakers, size)
            for size in _blocks(draws, sum(len(table.counts) for table in tables))
        ]
    return [np.concatenate(parts) for parts in zip(*blocks, strict=True)]


def _sort_speakers(tables: Sequence[_Kinds]) -> tuple[Integers, Integers]:
    """Sorts by the kinds in each table ``(sorts, tables)``, and how many speakers are of each."""
    kinds: Integers = np.stack([table.of_speaker for table in tables], axis=1)
    if len(kinds) <= MANY:
        return kinds, np.ones(len(kinds), np.int64)
    sorts, often = np.unique(kinds, axis=0, return_counts=True)
    return sorts, often


def _draw_one_by_one(
    rng: np.random.Generator, tables: Sequence[_Kinds], speakers: int, draws: int
) -> list[Integers]:
    often = [np.empty((draws, len(table.counts)), np.int64) for table in tables]
    for draw in range(draws):
        drawn = rng.integers(speakers, size=speakers, dtype=np.int32)
        for table, counted in zip(tables, often, strict=True):
            counted[draw] = np.bincount(table.of_speaker[drawn], minlength=len(table.counts))
    return [table.add(counted) for table, counted in zip(tables, often, strict=True)]


def _blocks(draws: int, numbers: int) -> list[int]:
    """Sizes of parts of some draws of so many numbers each."""
    at_once = max(1, AT_ONCE // numbers)
    return [min(at_once, draws - start) for start in range(0, draws, at_once)]
