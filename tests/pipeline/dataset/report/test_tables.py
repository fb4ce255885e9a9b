"""Speakers, ratings, texts and ages of the report, counted from rows."""

import numpy as np
import pandas as pd

from pipeline.dataset.report.tables import (
    GRID,
    emotion_heat,
    rating_planes,
    speaker_tables,
    text_facts,
)

ROWS = pd.DataFrame(
    {
        "corpus": ["a", "a", "a", "b"],
        "speaker": ["a:1", "a:1", "a:2", None],
        "gender": ["female", "female", None, None],
        "age": [31.0, 31.0, np.nan, np.nan],
        "split": ["train", "train", "test", "train"],
        "class_name": ["high_negative", None, "low_neutral", "low_neutral"],
        "text": ["so", "so", "ach", None],
        "language": ["de", "de", "de", "en"],
        "arousal": [1.0, 0.0, np.nan, np.nan],
        "valence": [0.0, 1.0, np.nan, np.nan],
        "dominance": [np.nan, np.nan, np.nan, 0.5],
    }
)


def test_speakers_come_with_their_splits_and_classes() -> None:
    (table,) = speaker_tables(ROWS).values()
    first, second = table.rows
    assert (first.speaker, first.gender, first.age, first.clips) == ("a:1", "female", "31", 2)
    assert first.splits == [2, 0, 0]
    assert sum(first.classes) == 1
    assert (second.speaker, second.gender, second.age) == ("a:2", "", "")


def test_ratings_lie_where_they_belong_on_the_plane() -> None:
    planes = rating_planes(ROWS)
    # aroused and unpleasant at the upper left, calm and pleasant at the lower right
    assert set(planes["a"].cells) == {(0, 0, 1.0), (GRID - 1, GRID - 1, 1.0)}
    assert planes["a"].means["arousal"] == (2, 0.5, 0.5)
    assert planes["a"].histograms["valence"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert planes["b"].cells == []
    assert planes["b"].means.keys() == {"dominance"}


def test_texts_ages_and_languages() -> None:
    facts = text_facts(ROWS)
    assert (facts["a"].with_text, facts["a"].sentences) == (3, 2)
    assert facts["a"].ages == "31 … 31 … 31"
    assert facts["b"].ages == ""
    assert facts["b"].languages == {"en": 1}


def test_the_most_frequent_emotions_get_a_column() -> None:
    columns, heat = emotion_heat({"a": {"fear": 2, "anger": 5}, "b": {"joy": 9, "fear": 1}}, 2)
    assert columns == ["joy", "anger"]
    assert heat == {"a": [0, 5], "b": [9, 0]}
