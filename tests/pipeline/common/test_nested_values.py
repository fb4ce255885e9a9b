"""Nested data as columns of text, and what is not quite JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.nested_values import as_text, flatten, load_texts

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
)


@given(VALUES)
def test_any_value_becomes_text_that_can_be_stored(value: object) -> None:
    assert as_text(value).encode() is not None
    assert all(text.encode() is not None for text in flatten(value).values())


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_stay_as_they_are_spelt(number: float) -> None:
    assert load_texts(json.dumps([number, True])) == [json.dumps(number), True]


def test_unknown_numbers_are_unknown() -> None:
    assert load_texts('{"a": NaN, "b": Infinity, "c": null}') == {
        "a": None,
        "b": "Infinity",
        "c": None,
    }
    with pytest.raises(ValueError, match="Expecting"):
        load_texts("[unk]")


def test_bytes_are_text() -> None:
    assert as_text("traurig ä".encode()) == "traurig ä"
    assert as_text(b"\xff") == "\ufffd"
