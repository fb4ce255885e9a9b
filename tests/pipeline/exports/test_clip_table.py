"""Keys of other tools: neither blanks nor dots."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.exports.clip_table import plain_key


@given(st.text())
def test_keys_have_neither_blanks_nor_dots(text: str) -> None:
    assert not re.search(r"[\s.]", plain_key(text))
    assert len(plain_key(text)) == len(text)
