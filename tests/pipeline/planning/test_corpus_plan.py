from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.planning.corpus_plan import CorpusPlan, assign_split_and_shard, plan_splits
from pipeline.schema.utterance import Utterance
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.splits.assignment import expected_sizes

SPEAKER = CorpusSpec.model_validate(
    {
        "id": "tones", "name": "Tones", "languages": "en", "kind": "acted",
        "licence": {"name": "CC0"}, "access": {"how": "open"}, "citation": "x", "audio": "*.wav",
        "path": "(?P<speaker>s)(?P<emotion>e)(?P<part>p)(?P<session>t)",
        "emotions": {"e": "anger"}, "expected": {"source": "x"},
    }
)  # fmt: skip

counts = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=6),
    st.dictionaries(st.sampled_from(["anger", "fear", "neutral"]), st.integers(1, 50), min_size=1),
    min_size=1,
    max_size=30,
).map(lambda groups: {group: Counter(counter) for group, counter in groups.items()})


@settings(max_examples=20, deadline=None)
@given(counts, st.integers(0, 200))
def test_shards_are_planned_for_every_split(
    groups: dict[str, Counter[str]], ungrouped: int
) -> None:
    splits = SPEAKER.splits.assign(groups, SPEAKER.id, SPEAKER.namespace)
    sizes = expected_sizes(SPEAKER.splits, groups, ungrouped, splits)
    assert sum(sizes.values()) == pytest.approx(sum(c.total() for c in groups.values()) + ungrouped)
    plan = plan_splits(SPEAKER, groups, ungrouped)
    assert isinstance(plan, CorpusPlan)
    assert all(plan.shards[split] >= 1 for split in plan.splits.values())


def test_a_shard_holds_about_five_hundred_utterances() -> None:
    groups = {f"s{i}": Counter(anger=100) for i in range(20)}
    shards = plan_splits(SPEAKER, groups, 0).shards
    assert (shards["train"], shards["validation"], shards["test"]) == (3, 1, 1)


def test_an_utterance_gets_its_split_and_its_shard() -> None:
    clip = Utterance("tones/a", "tones", "tones/a", "a.wav", 1, "", group="s1")
    placed = assign_split_and_shard(clip, SPEAKER, CorpusPlan({"s1": "test"}, {"test": 1}))
    assert (placed.split, placed.shard) == ("test", "tones/test-00000-of-00001")
