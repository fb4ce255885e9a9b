from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.schema.utterance import Utterance, rejected
from pipeline.splits.assignment import expected_sizes, split_utterance
from pipeline.splits.policies import ByGroup, ByUtterance, Official

CLIP = Utterance("tones/a", "tones", "tones/a", "a.wav", 1, "", text="hello", group="s1")


def test_a_dropped_utterance_stays_as_it_is() -> None:
    clip = CLIP._replace(dropped=rejected("index", "bad_file"))
    assert split_utterance(clip, ByGroup(), {"s1": "train"}) is clip


def test_an_utterance_follows_its_group() -> None:
    assert split_utterance(CLIP, ByGroup(), {"s1": "test"}).split == "test"


def test_what_the_policy_leaves_out_is_rejected_with_the_parts_it_knows() -> None:
    policy = Official.model_validate(
        {"by": "official", "of": "part", "dev": "train", "eval": "test"}
    )
    split = split_utterance(CLIP._replace(group="extra"), policy, {"dev": "train"})
    assert split.dropped == rejected(
        "splits", "no_official_split", "part 'extra' is not among dev, eval"
    )


@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from([None, "text"]))
def test_expected_sizes_add_up(grouped: int, ungrouped: int, validation_by: str | None) -> None:
    policy = ByGroup.model_validate({"validation_by": validation_by})
    counts = {"s1": Counter(anger=grouped)}
    sizes = expected_sizes(policy, counts, ungrouped, {"s1": "train"})
    assert sum(sizes.values()) == pytest.approx(grouped + ungrouped)


def test_utterances_split_one_by_one_are_expected_in_proportion() -> None:
    sizes = expected_sizes(ByUtterance(by="utterance"), {}, 100, {})
    assert sizes == pytest.approx({"train": 70, "validation": 15, "test": 15})
