import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.raters.ratings import combine, rater_weights, weighted_mean
from pipeline.schema.utterance import RaterAnswer


def test_mean_and_median() -> None:
    assert combine([1.0, 2.0, 6.0], "mean") == 3.0
    assert combine([1.0, 2.0, 6.0], "median") == 2.0
    assert combine([6.0, 1.0], "median") == 3.5
    assert combine([], "mean") is None


@given(ratings=st.lists(st.floats(-10, 10), min_size=1), shuffled=st.randoms())
def test_the_order_of_raters_never_matters(ratings: list[float], shuffled: object) -> None:
    other = list(ratings)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    for how in ("mean", "median"):
        assert combine(other, how) == combine(ratings, how)
        assert min(ratings) - 1e-9 <= (combine(ratings, how) or 0.0) <= max(ratings) + 1e-9


def test_a_mean_is_exact_to_the_last_digit() -> None:
    assert combine([0.1] * 10, "mean") == pytest.approx(0.1, abs=0)


def by_raters(**ratings: float) -> list[RaterAnswer]:
    return [RaterAnswer(rater, valence=rating) for rater, rating in ratings.items()]


def test_weights_are_correlations_with_the_mean() -> None:
    rated = [
        by_raters(good=1, fair=2, against=5, flat=3),
        by_raters(good=3, fair=2, against=4, flat=3),
        by_raters(good=5, fair=4, against=3, flat=3, once=4),
        by_raters(alone=1),
    ]
    weights = rater_weights(rated)
    assert weights.keys() == {"valence"}
    means = [np.mean([answer.valence for answer in answers]) for answers in rated[:3]]
    expected = {
        "good": np.corrcoef([1, 3, 5], means)[0, 1],
        "fair": np.corrcoef([2, 2, 4], means)[0, 1],
        "against": 0, "flat": 0, "once": 0,
    }  # fmt: skip
    assert weights["valence"] == pytest.approx(expected)


def test_weighted_mean_and_what_it_does_without_weights() -> None:
    answers = by_raters(a=1, b=4, c=6)
    assert weighted_mean(answers, "valence", {"a": 1.0, "b": 0.5, "c": 0.0}) == 2.0
    assert weighted_mean(answers, "valence", {"b": 0.0}) == pytest.approx(11 / 3)
    assert weighted_mean(answers, "arousal", {"a": 1.0}) is None
