"""Facts about a fold: sizes of its parts, and leaks from training into its test part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.splits.protocols.folds import PARTS, TEST, UNUSED, VALIDATION, Fold
from pipeline.splits.protocols.statement import FoldFacts


@dataclass(frozen=True)
class Codes:
    """Values of a column as numbers, so that they are compared once and not in every fold.

    Attributes:
        numbers: Number of the value of each row, −1 where there is no value ``(rows,)``.
        names: The value behind each number.
    """

    numbers: npt.NDArray[np.intp]
    names: list[str]

    @classmethod
    def of(cls, values: "pd.Series[str]") -> Self:
        """The codes of a column."""
        numbers, names = pd.factorize(values.astype(object))
        return cls(numbers, [str(name) for name in names])

    def occurring(self, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Whether each value occurs in some rows ``(values,)``."""
        there = np.zeros(len(self.names) + 1, dtype=bool)
        there[self.numbers[rows]] = True  # −1 is the last element, which is dropped
        return there[:-1]


def state_fold(
    fold: Fold,
    classes: Codes,
    speakers: Codes,
    audio: Codes,
    *,
    recordings: Mapping[str, int] | None = None,
) -> FoldFacts:
    """Counts a fold, and what leaks from its training into its test part.

    Args:
        fold: Fold of one corpus.
        classes: Classes of its rows.
        speakers: Speakers of its rows; unknown ones have no value.
        audio: Checksums of the samples of its rows.
        recordings: Checksum → number of the recording that several sounds hold; None where
            near-duplicates were not looked for.
    """
    test, trained = fold.parts == TEST, fold.parts < TEST
    sizes = np.bincount(fold.parts, minlength=len(PARTS)).tolist()
    tested = speakers.occurring(test)
    tested_audio, trained_audio = audio.occurring(test), audio.occurring(trained)
    absent = np.flatnonzero(~classes.occurring(test))
    return FoldFacts(
        name=fold.name,
        held_out=list(fold.held_out),
        train=sizes[0],
        validation=sizes[VALIDATION],
        test=sizes[TEST],
        unused=sizes[UNUSED],
        shared_speakers=int((tested & speakers.occurring(trained)).sum()),
        shared_audio=int((tested_audio & trained_audio).sum()),
        shared_recordings=None
        if recordings is None
        else _count_in_two_forms(audio.names, tested_audio, trained_audio, recordings),
        unknown_speakers=int((speakers.numbers[test] < 0).sum()),
        test_speakers=int(tested.sum()),
        absent=sorted(classes.names[number] for number in absent),
        missing=fold.missing,
        published=dict(fold.published),
    )


def _count_in_two_forms(
    sounds: Sequence[str],
    tested_audio: npt.NDArray[np.bool_],
    trained_audio: npt.NDArray[np.bool_],
    recordings: Mapping[str, int],
) -> int:
    """Recordings that are tested in one form and trained on in another.

    Args:
        sounds: Checksums.
        tested_audio: Whether each is in the test part ``(sounds,)``.
        trained_audio: Whether each is in the training part ``(sounds,)``.
        recordings: Checksum → number of the recording.
    """
    tested: dict[int, set[str]] = {}
    trained: dict[int, set[str]] = {}
    for side, there in ((tested, tested_audio), (trained, trained_audio)):
        for number in np.flatnonzero(there).tolist():
            if (recording := recordings.get(sounds[number])) is not None:
                side.setdefault(recording, set()).add(sounds[number])
    both = tested.keys() & trained.keys()
    return sum(len(tested[recording] | trained[recording]) > 1 for recording in both)
