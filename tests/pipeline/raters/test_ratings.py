import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.raters.ratings import combine


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
