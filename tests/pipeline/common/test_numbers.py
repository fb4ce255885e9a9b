import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.numbers import read_count, read_number, read_seconds


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(".,"))
def test_numbers_may_have_a_decimal_comma(number: float, mark: str) -> None:
    assert read_number(str(number).replace(".", mark)) == number


@pytest.mark.parametrize("text", [None, "", "n/a", "nan", "-inf", "1e999", "1,234.5"])
def test_what_is_no_number_is_none(text: str | None) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12.5", 12.5), ("12,5", 12.5), ("0:01:02,500", 62.5), ("1:02", 62.0), ("x", None),
     ("nan", None), ("1:inf", None), ("1e308:0", None), (None, None)],
)  # fmt: skip
def test_times(text: str | None, seconds: float | None) -> None:
    assert read_seconds(text) == seconds


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0 days 00:00:01.500000", 1.5),
        ("1 days 00:00:01", 86_401.0),
        ("1 day, 0:00:01", 86_401.0),
        ("-1 days +23:59:59", -1.0),
        ("P0DT0H0M1.5S", 1.5),
        ("PT2S", 2.0),
        ("1 days", None),
        ("P", None),
        ("PT", None),
        ("days", None),
        ("0 days 1e999", None),
    ],
)
def test_times_as_data_frames_write_them(written: str, seconds: float | None) -> None:
    assert read_seconds(written) == seconds


@pytest.mark.parametrize(
    ("cell", "count"),
    [("2", 2.0), ("0,5", 0.5), (" True", 1.0), ("FALSE", 0.0), ("yes", None), ("", None)],
)
def test_counts_may_be_truths(cell: str, count: float | None) -> None:
    assert read_count(cell) == count
