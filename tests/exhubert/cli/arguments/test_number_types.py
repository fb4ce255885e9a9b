import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhubert.cli.arguments.number_types import SHORTEST_WINDOW, positive, share, window_length


@given(st.integers(1, 10**12))
def test_whole_numbers_from_1_are_read(number: int) -> None:
    assert positive(str(number)) == number


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "many", "1e3"])
def test_other_counts_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="whole number of at least 1, found"):
        positive(text)


@given(st.floats(0, 1))
def test_shares_are_read(number: float) -> None:
    assert share(repr(number)) == number


@pytest.mark.parametrize("text", ["-0.1", "1.01", "nan", "inf", "5%", ""])
def test_other_shares_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"share from 0 to 1 \(0.05 for"):
        share(text)


def test_windows_last_long_enough_for_a_model_and_end() -> None:
    assert window_length(str(SHORTEST_WINDOW)) == SHORTEST_WINDOW
    for text in ("0.05", "nan", "inf", "-3", "long"):
        with pytest.raises(argparse.ArgumentTypeError, match=r"seconds, at least 0\.1"):
            window_length(text)
