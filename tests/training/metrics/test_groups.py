"""Groups of speakers: scored, and compared with the rest over the classes that both have."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.metrics.groups import age_group, score_groups


def utterances(speakers: int = 24, classes: int = 3) -> pd.DataFrame:
    """Two clips a speaker and class; every other speaker is female, the last ones unknown."""
    rows = [
        {
            "speaker": f"s{speaker}",
            "label": label,
            "corpus": "one",
            "gender": None if speaker >= speakers - 2 else ("female", "male")[speaker % 2],
            "age": 20.0 + 20 * (speaker % 3),
        }
        for speaker in range(speakers)
        for label in range(classes)
        for _ in range(2)
    ]
    return pd.DataFrame(rows)


def test_a_group_that_is_understood_less_stands_out() -> None:
    rows = utterances()
    predicted = rows["label"].to_numpy().copy()
    predicted[(rows["gender"] == "male") & (rows["label"] == 0)] = 1
    found = score_groups(rows, predicted, classes=3)
    male, female = found["gender"]["male"], found["gender"]["female"]
    assert male.scores.uar == pytest.approx(2 / 3)
    assert male.difference is not None
    assert female.difference is not None
    assert male.difference.uar == pytest.approx(-1 / 3)
    assert male.difference.high < 0 < female.difference.low
    assert male.difference.uar == -female.difference.uar
    assert male.difference.interval_speakers == 11
    assert male.scores.utterances + female.scores.utterances == len(rows) - 12  # 2 are unknown


def test_kinds_of_a_single_group_are_left_out_and_ages_stand_in_order() -> None:
    rows = utterances()
    found = score_groups(rows, rows["label"].to_numpy(), classes=3)
    assert list(found) == ["gender", "age"]
    assert list(found["age"]) == ["18 to 29", "30 to 44", "60 and over"]


def test_only_classes_that_both_have_are_compared() -> None:
    rows = utterances()
    rows = rows[(rows["gender"] != "male") | (rows["label"] != 2)].reset_index(drop=True)
    predicted = rows["label"].to_numpy().copy()
    predicted[rows["label"] == 2] = 0  # the hardest class, which only women were asked for
    female = score_groups(rows, predicted, classes=3)["gender"]["female"]
    assert female.scores.uar == pytest.approx(2 / 3)
    assert female.classes == 2
    assert female.difference is not None
    assert female.difference.uar == 0


def test_groups_without_a_class_in_common_are_not_compared() -> None:
    rows = pd.DataFrame(
        {"speaker": ["a", "b"], "label": [0, 1], "gender": ["female", "male"], "age": [None, None]}
    )
    found = score_groups(rows, np.array([0, 1]), classes=2)
    assert found["gender"]["male"].difference is None
    assert "age" not in found


def test_a_speaker_of_few_is_no_evidence() -> None:
    found = score_groups(utterances(6), utterances(6)["label"].to_numpy(), classes=3)
    difference = found["gender"]["male"].difference
    assert difference is not None
    assert difference.interval.endswith("*")


@given(st.floats(0, 120))
def test_every_age_is_of_a_group(years: float) -> None:
    assert age_group(years) is not None
