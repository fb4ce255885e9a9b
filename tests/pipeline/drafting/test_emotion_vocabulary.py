"""Codes that are words for emotions, in many languages, are recognised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.emotion_vocabulary import EmotionWords, guess_category
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.shipped import SHIPPED_SPECS
from pipeline.specs.yaml_reader import load_yaml


@pytest.mark.parametrize("category", sorted(emotion_scheme().emotions))
def test_every_category_is_itself(category: str) -> None:
    assert guess_category(category) == category
    assert guess_category(category.upper()) == category


@pytest.mark.parametrize(
    ("code", "category"),
    [("wütend", "anger"), ("wutend", "anger"), ("Freude", "happiness"), ("гнев", "anger"),
     ("hap", "happiness"), ("sad", "sadness"), ("drunk", "intoxicated")],
)  # fmt: skip
def test_words_and_abbreviations_are_known_without_case_and_accents(
    code: str, category: str
) -> None:
    assert guess_category(code) == category


def test_shipped_words_are_for_shared_categories_and_for_one_each() -> None:
    words = load_yaml(SHIPPED_SPECS / "emotion_words.yaml", EmotionWords).words
    assert set(words) <= set(emotion_scheme().emotions)
    listed = [word for named in words.values() for word in named]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("code", ["", "a", "xx", "anna", "01", "zzz"])
def test_what_is_no_word_is_nothing(code: str) -> None:
    assert guess_category(code) is None


@given(st.text(max_size=8))
def test_a_guess_is_a_category(code: str) -> None:
    assert guess_category(code) in {None, *emotion_scheme().emotions}
