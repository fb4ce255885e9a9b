import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.specs.corpus_id import check_id


@pytest.mark.parametrize("corpus", ["a", "emo_db", "c3", "a" * 64])
def test_ids_are_lower_case_words(corpus: str) -> None:
    assert check_id(corpus) == corpus


@pytest.mark.parametrize(
    ("corpus", "told"),
    [
        ("Emo-DB", "found 'Emo-DB'; 'emo_db' would do"),
        ("3c", "a letter first, found '3c'"),
        ("../a", "found '../a'; 'a' would do"),
        ("", "found ''"),
        ("a" * 65, "expected 64 characters or fewer, found 65"),
        ("com1", "'com1' is taken: a device on Windows, .*; 'com1_corpus' would do"),
    ],
)
def test_others_are_refused_with_one_that_would_do(corpus: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_id(corpus)


@given(st.text())
def test_what_is_taken_for_an_id_is_a_plain_file_name(text: str) -> None:
    try:
        found = check_id(text)
    except ValueError:
        return
    assert re.fullmatch("[a-z][a-z0-9_]{0,63}", found)
