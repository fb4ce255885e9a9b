"""Keys of other tools: neither blanks nor dots."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.exports.export_request import plain_key, unique_keys


@given(st.text())
def test_keys_have_neither_blanks_nor_dots(text: str) -> None:
    assert not re.search(r"[\s.]", plain_key(text))
    assert len(plain_key(text)) == len(text)


@given(st.lists(st.sampled_from(["a", "a_", "a__", "b"])))
def test_no_key_occurs_twice_and_first_ones_stay(keys: list[str]) -> None:
    unique = list(unique_keys(keys))
    assert len(set(unique)) == len(keys)
    assert all(one.rstrip("_") == key.rstrip("_") for one, key in zip(unique, keys, strict=True))
