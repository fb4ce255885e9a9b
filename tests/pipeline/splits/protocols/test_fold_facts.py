"""Counts of a fold, and what leaks in it."""

import numpy as np
import pandas as pd

from pipeline.splits.protocols.fold_facts import Codes, state_fold
from pipeline.splits.protocols.folds import TEST, TRAIN, UNUSED, VALIDATION, Fold


def codes(*values: str | None) -> Codes:
    return Codes.of(pd.Series(values, dtype=object))


def test_values_that_occur_are_found_and_none_is_no_value() -> None:
    speakers = codes("b", None, "a", "b")
    assert speakers.names == ["b", "a"]
    assert speakers.occurring(np.array([True, True, False, False])).tolist() == [True, False]
    assert not codes(None).occurring(np.array([True])).any()


def test_what_is_tested_and_trained_on_leaks() -> None:
    fold = Fold("1", np.array([TRAIN, VALIDATION, TEST, TEST, UNUSED], np.int8), ("c",))
    facts = state_fold(
        fold,
        classes=codes("x", "y", "x", "x", "z"),
        speakers=codes("a", "b", "b", None, "c"),
        audio=codes("1", "2", "1", "3", "4"),
        recordings={"2": 7, "3": 7, "1": 8},
    )
    assert (facts.train, facts.validation, facts.test, facts.unused) == (1, 1, 2, 1)
    assert (facts.shared_speakers, facts.shared_audio, facts.shared_recordings) == (1, 1, 1)
    assert (facts.unknown_speakers, facts.test_speakers, facts.absent) == (1, 1, ["y", "z"])
