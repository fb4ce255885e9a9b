from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from training.data.targets import UNLABELLED
from training.data.votes import has_votes, soft_targets, vote_shares

NAMES = ("anger", "joy", "calm")


def table(*rows: tuple[str, int, dict[str, float] | None]) -> pd.DataFrame:
    """Rows of one corpus: emotion, class and votes."""
    votes = [
        None if given is None else [{"key": key, "value": value} for key, value in given.items()]
        for _, _, given in rows
    ]
    emotions, labels = ([row[place] for row in rows] for place in (0, 1))
    return pd.DataFrame({"corpus": "x", "emotion": emotions, "label": labels, "votes": votes})


def test_votes_count_for_the_class_of_their_category() -> None:
    rows = table(
        ("anger", 0, {"anger": 3, "joy": 1}),
        ("joy", 1, {"joy": 2, "boredom": 2}),  # no row is bored
        ("joy", 1, None),
    )
    assert vote_shares(rows, 2).tolist() == [[0.75, 0.25], [0, 0.5], [0, 0]]
    assert soft_targets(rows, 2).tolist() == [[0.75, 0.25], [0, 1], [0, 1]]
    assert has_votes(rows).tolist() == [True, True, False]


def test_a_category_that_was_never_elected_counts_for_the_class_that_is_stated() -> None:
    rows = table(("anger", 0, {"anger": 3, "disgust": 2}), ("joy", 1, {"joy": 1, "boredom": 1}))
    stated = {"x": {"disgust": 2, "joy": 0}, "y": {"boredom": 0}}
    shares = vote_shares(rows, 3, stated)  # joy is what its own clips are
    np.testing.assert_allclose(shares, [[0.6, 0, 0.4], [0, 0.5, 0]])


def test_a_category_of_several_classes_counts_for_none() -> None:
    rows = table(("joy", 0, {"joy": 1}), ("joy", 1, None), ("anger", 2, None))
    assert soft_targets(rows, 3).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert not vote_shares(rows, 3).any()
    assert not vote_shares(rows, 3, {"x": {"joy": 0}}).any()


def test_categories_of_corpora_are_kept_apart() -> None:
    rows = table(("joy", 0, {"joy": 1}), ("joy", 1, {"joy": 1})).assign(corpus=["x", "y"])
    assert soft_targets(rows, 2).tolist() == [[1, 0], [0, 1]]


Votes = st.none() | st.dictionaries(st.sampled_from(NAMES), st.floats(0, 9, width=32), max_size=3)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    rows: list[tuple[str, int, Any]] = []
    for _ in range(draw(st.integers(1, 8))):
        emotion = draw(st.integers(0, 2))
        label = draw(st.sampled_from((emotion, UNLABELLED)))
        rows.append((NAMES[emotion], label, draw(Votes)))
    return table(*rows)


@given(tables())
def test_targets_are_distributions_and_the_label_without_votes(rows: pd.DataFrame) -> None:
    targets, labels = soft_targets(rows, 3), rows["label"].to_numpy()
    unlabelled = labels == UNLABELLED
    assert np.isnan(targets[unlabelled]).all()
    known = targets[~unlabelled]
    np.testing.assert_allclose(known.sum(axis=1), 1, atol=1e-6)
    assert (known >= 0).all()
    silent = ~unlabelled & ~has_votes(rows)
    assert (targets[silent] == np.eye(3)[labels[silent]]).all()
    shares = vote_shares(rows, 3)
    assert (shares.sum(axis=1) <= 1 + 1e-6).all()
    assert not shares[~has_votes(rows)].any()
