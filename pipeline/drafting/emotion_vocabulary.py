"""Words for emotions in the languages of corpora, by which labels are recognised."""

import unicodedata
from collections import Counter
from functools import cache

from pydantic import BaseModel

from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import SHIPPED_SPECS
from pipeline.specs.yaml_reader import load_yaml


class EmotionWords(BaseModel, extra="forbid"):
    """Category → words for it, from ``corpora_specs/emotion_words.yaml``."""

    words: dict[str, list[str]]


_SHORTEST = 3
"""Letters of an abbreviation; shorter ones mean anything."""


def guess_category(code: str) -> str | None:
    """The shared category that a code seems to mean, or None.

    A code is known if it is a category, a word for one, a code or a meaning that the shipped
    corpora map to one, or the beginning of words for one category only. Case and accents do not
    count.

    >>> guess_category("Neutraal"), guess_category("hap"), guess_category("anna")
    ('neutral', 'happiness', None)
    """
    word = _fold(code)
    if word in _categories():
        return _categories()[word]
    begun = {c for known, c in _words().items() if known.startswith(word)}
    return begun.pop() if len(word) >= _SHORTEST and len(begun) == 1 else None


@cache
def _words() -> dict[str, str]:
    known = load_yaml(SHIPPED_SPECS / "emotion_words.yaml", EmotionWords).words
    named = {_fold(word): category for category, words in known.items() for word in words}
    return named | {category: category for category in emotion_scheme().emotions}


@cache
def _categories() -> dict[str, str]:
    """Every known word; of a code that corpora use differently, what most of them mean by it."""
    mapped: dict[str, Counter[str]] = {}
    for spec in load_specs():
        for code, category in spec.emotions.items():
            if category not in emotion_scheme().emotions:  # of this corpus alone
                continue
            for word in {_fold(code), _fold(spec.meanings.get(code, ""))}:
                if len(word) >= _SHORTEST and word.isalpha():
                    mapped.setdefault(word, Counter())[category] += 1
    best = {word: counts.most_common(2) for word, counts in mapped.items()}
    clear = {word: c[0][0] for word, c in best.items() if len(c) == 1 or c[0][1] > c[1][1]}
    return clear | _words()


def _fold(word: str) -> str:
    """A word in small letters without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
