from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.splits.partition import (
    FRACTIONS,
    TRAIN_TEST_FRACTIONS,
    TRAIN_VALIDATION_FRACTIONS,
    best_partition,
    hash_split,
)


@pytest.mark.parametrize("fractions", [FRACTIONS, TRAIN_TEST_FRACTIONS, TRAIN_VALIDATION_FRACTIONS])
def test_hashes_fill_splits_in_proportion(fractions: dict[str, float]) -> None:
    assert sum(fractions.values()) == pytest.approx(1.0)
    found = Counter(hash_split("tones", str(key), fractions) for key in range(4000))  # type: ignore[arg-type]
    for split, fraction in fractions.items():
        assert found[split] / 4000 == pytest.approx(fraction, abs=0.03)  # type: ignore[index]


@given(st.text(), st.text())
def test_the_same_seed_and_key_give_the_same_split(seed: str, key: str) -> None:
    assert hash_split(seed, key, FRACTIONS) == hash_split(seed, key, FRACTIONS)


def test_a_corpus_without_groups_has_no_partition() -> None:
    assert best_partition("tones", {}, FRACTIONS) == {}


def test_another_seed_is_another_partition() -> None:
    groups = {f"s{i}": Counter(anger=10) for i in range(20)}
    assert best_partition("a", groups, FRACTIONS) != best_partition("b", groups, FRACTIONS)
