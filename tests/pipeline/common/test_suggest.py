import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.suggest import nearest, suggest

KNOWN = ["emo_db", "RAVDESS", "tess"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [("emodb", "emo_db"), ("ravdes", "RAVDESS"), ("TESS", "tess"), ("xyz", None), ("", None)],
)
def test_the_nearest_word_is_found_whatever_its_case(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant


def test_a_message_ends_with_the_suggestion_or_as_told() -> None:
    assert suggest("emodb", KNOWN) == "; did you mean 'emo_db'?"
    assert suggest("xyz", KNOWN) == ""
    assert suggest("xyz", KNOWN, otherwise=".") == "."
    assert nearest("emodb", KNOWN, cutoff=0.99) is None


@given(st.lists(st.text("abcdef_", min_size=1), min_size=1))
def test_a_known_word_is_its_own_nearest(known: list[str]) -> None:
    assert nearest(known[0], known) == known[0]
