from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter

from pipeline.audio.options import AudioOptions
from pipeline.checks.corpus_check import check_corpus
from pipeline.dataset.manifest_builder import facts_from_spec
from pipeline.planning.build_config import Corpus
from pipeline.planning.index_corpus import index_corpus, plan_corpus
from pipeline.schema.record import Split
from pipeline.schema.utterance import Utterance
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.splits.assignment import split_utterance
from pipeline.splits.groups import GroupCounts, count_groups
from pipeline.splits.policies import GroupPolicy, SplitSpec
from tests.conftest import MakeCorpus, MakeSpec

FLAC = AudioOptions()

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


def policy(**splits: object) -> CorpusSpec:
    return CorpusSpec.model_validate(SPEAKER.model_dump() | {"splits": splits})


def assign_groups(spec: CorpusSpec, counts: GroupCounts) -> dict[str, Split]:
    return spec.splits.assign(counts, spec.id, spec.namespace)


def clip(number: int, **fields: object) -> Utterance:
    name = f"tones/{number}"
    return Utterance(name, "tones", name, f"{number}.wav", 1, "")._replace(**fields)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(counts)
def test_every_group_has_one_split_and_tests_exist(groups: dict[str, Counter[str]]) -> None:
    splits = assign_groups(SPEAKER, groups)
    assert splits.keys() == groups.keys()
    present = set(splits.values())
    assert "train" in present
    assert ("test" in present) == (len(groups) > 1)
    assert ("validation" in present) == (len(groups) > 2)


@settings(max_examples=20, deadline=None)
@given(counts)
def test_order_of_the_files_does_not_matter(groups: dict[str, Counter[str]]) -> None:
    backwards = dict(reversed(groups.items()))
    assert assign_groups(SPEAKER, groups) == assign_groups(SPEAKER, backwards)


def test_sizes_and_classes_are_balanced() -> None:
    groups = {f"s{i:02d}": Counter({"anger": 10, "neutral": 5 + i % 3}) for i in range(40)}
    groups["loud"] = Counter({"anger": 60})
    splits = assign_groups(SPEAKER, groups)
    sizes: Counter[str] = Counter()
    angry: Counter[str] = Counter()
    for group, split in splits.items():
        sizes[split] += groups[group].total()
        angry[split] += groups[group]["anger"]
    total = sizes.total()
    assert sizes["test"] / total == pytest.approx(0.15, abs=0.02)
    assert sizes["validation"] / total == pytest.approx(0.15, abs=0.02)
    overall = angry.total() / total
    assert all(angry[s] / sizes[s] == pytest.approx(overall, abs=0.05) for s in sizes)


def test_few_speakers_get_validation_from_inside_training() -> None:
    spec = policy(by="speaker", validation_by="text")
    clips = [
        clip(i, group=speaker, speaker=speaker, text=f"word {i}")
        for i, speaker in enumerate(["old"] * 100 + ["young"] * 100)
    ]
    splits = assign_groups(spec, count_groups(clips))
    parts = [split_utterance(c, spec.splits, splits) for c in clips]
    by_split = {
        s: {c.speaker for c in parts if c.split == s} for s in ("train", "validation", "test")
    }
    assert by_split["train"] == by_split["validation"]
    assert by_split["test"].isdisjoint(by_split["train"])
    texts = {s: {c.text for c in parts if c.split == s} for s in ("train", "validation")}
    assert texts["train"].isdisjoint(texts["validation"])


def test_unknown_speakers_are_split_by_text() -> None:
    clips = [clip(i, text=f"word {i // 4}") for i in range(400)]
    parts = [split_utterance(c, SPEAKER.splits, {}) for c in clips]
    splits_of: dict[str | None, set[str | None]] = {}
    for part in parts:
        splits_of.setdefault(part.text, set()).add(part.split)
    assert all(len(splits) == 1 for splits in splits_of.values())
    assert {part.split for part in parts} == {"train", "validation", "test"}


def test_one_by_one_is_by_text_no_longer_and_follows_the_seed() -> None:
    clips = [clip(i, text=f"sentence {i % 2}") for i in range(200)]
    drawn = [
        [split_utterance(c, policy(by="utterance", seed=s).splits, {}) for c in clips]
        for s in (0, 1)
    ]
    for parts in drawn:
        sizes = Counter(part.split for part in parts)
        assert min(sizes[split] for split in ("train", "validation", "test")) > 10
    assert [part.split for part in drawn[0]] != [part.split for part in drawn[1]]
    assert policy(by="utterance").splits.group_field == ""


def test_official_parts_are_followed_and_unnamed_ones_rejected() -> None:
    spec = policy(
        by="official", of="part", **{"dev_.*": "validation", "dev.*": "train", "x": "test"}
    )
    clips = [clip(i, group=part) for i, part in enumerate(["dev_1", "dev2", "x", "mystery", None])]
    splits = assign_groups(spec, count_groups(clips))
    parts = [split_utterance(c, spec.splits, splits) for c in clips]
    assert [p.split for p in parts] == ["validation", "train", "test", None, None]
    assert [p.dropped.reason if p.dropped else None for p in parts][3:] == ["no_official_split"] * 2


def test_speakers_shared_by_corpora_have_one_split_in_all() -> None:
    one = CorpusSpec.model_validate(SPEAKER.model_dump() | {"namespace": "choir"})
    other = CorpusSpec.model_validate(one.model_dump() | {"id": "noise"})
    groups = {f"s{i}": Counter(anger=i + 1) for i in range(30)}
    few = {group: Counter(neutral=1) for group in list(groups)[:10]}
    assert assign_groups(other, few).items() <= assign_groups(one, groups).items()


def test_adding_a_corpus_changes_no_other() -> None:
    groups = {f"s{i}": Counter(anger=10) for i in range(12)}
    other = CorpusSpec.model_validate(SPEAKER.model_dump() | {"id": "noise"})
    before = assign_groups(SPEAKER, groups)
    assign_groups(other, groups)
    assert assign_groups(SPEAKER, groups) == before


class ByInitial(GroupPolicy):
    """A policy that a maintainer might add: speakers by the first letter of their name."""

    by: Literal["initial"] = "initial"

    @property
    def group_field(self) -> str:
        return "speaker"

    def group_of(self, fields: Mapping[str, str | None]) -> str | None:
        return (fields.get("speaker") or "")[:1] or None

    def assign(self, counts: GroupCounts, corpus: str, namespace: str | None) -> dict[str, Split]:
        return {group: "test" if group == "s" else "train" for group in counts}

    def describe(self) -> str:
        return "by the initial of the speaker"


class SpecWithInitials(CorpusSpec):
    splits: Annotated[SplitSpec | ByInitial, Field(discriminator="by")] = ByInitial()


def test_a_new_policy_is_one_class_from_the_spec_to_check_and_manifest(
    tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    stated = make_spec("tones").model_dump() | {"splits": {"by": "initial"}}
    spec = SpecWithInitials.model_validate(stated)
    corpus = make_corpus("tones", speakers=4)
    indexed = index_corpus(spec, str(corpus), emotion_scheme())
    assert {u.group for u in indexed.utterances} == {"s"}
    assert {u.split for u in indexed.utterances} == {"test"}
    check = check_corpus(spec, indexed)
    assert (check.split_policy, check.leaks) == ("by the initial of the speaker", [])
    assert facts_from_spec(spec, 0).split_policy == "by the initial of the speaker"
    planned = plan_corpus(Corpus(spec, str(corpus)), emotion_scheme())
    assert {shard.split("/")[1].split("-")[0] for shard in planned.shards} == {"test"}


@pytest.mark.parametrize(
    ("splits", "words"),
    [
        ({}, "speaker-disjoint"),
        ({"by": "session"}, "session-disjoint"),
        (
            {"by": "speaker", "validation_by": "text"},
            "speaker-disjoint test; validation by text inside the training speakers",
        ),
        ({"by": "utterance"}, "by utterance: speakers are shared between splits"),
        ({"by": "official", "of": "part", "x": "test"}, "official (part)"),
    ],
)
def test_policies_describe_themselves(splits: dict[str, str], words: str) -> None:
    assert policy(**splits).splits.describe() == words


def test_validation_of_an_official_split_may_be_drawn_by_speaker() -> None:
    spec = policy(by="official", of="part", validation_by="speaker", train="train", test="test")
    clips = [
        clip(i, group="test" if i < 20 else "train", speaker=f"s{i // 4}", text=str(i))
        for i in range(400)
    ]
    splits = assign_groups(spec, count_groups(clips))
    parts = [split_utterance(one, spec.splits, splits) for one in clips]
    of = {s: {c.speaker for c in parts if c.split == s} for s in ("train", "validation", "test")}
    assert of["test"] == {f"s{n}" for n in range(5)}
    assert 2 <= len(of["validation"]) <= 25
    assert of["train"].isdisjoint(of["validation"])
    assert len(of["train"] | of["validation"]) == 95


@pytest.mark.parametrize(
    ("splits", "shared", "allowed"),
    [
        ({"by": "speaker"}, ["train", "test"], False),
        ({"by": "speaker"}, ["test"], True),
        ({"by": "speaker", "validation_by": "text"}, ["train", "validation"], True),
        ({"by": "speaker", "validation_by": "text"}, ["train", "test"], False),
        ({"by": "session"}, ["train", "test"], True),
        ({"by": "utterance"}, ["train", "test"], True),
        ({"by": "official", "of": "part", "x": "test"}, ["train", "test"], True),
        ({"by": "official", "of": "speaker", "s": "test"}, ["train", "test"], False),
    ],
)
def test_policies_say_which_splits_a_speaker_may_share(
    splits: dict[str, str], shared: list[str], allowed: bool
) -> None:
    assert policy(**splits).splits.allows(shared) is allowed


@pytest.mark.parametrize(
    "splits",
    [
        {},
        {"seed": 17},
        {"by": "text", "of": "sentence"},
        {"by": "utterance"},
        {"by": "official", "of": "part"},
    ],
)
def test_the_schema_for_editors_takes_each_policy_and_one_alone(splits: dict[str, object]) -> None:
    schema = TypeAdapter(SplitSpec).json_schema()
    one = [ref["$ref"].rsplit("/", 1)[1] for ref in schema["oneOf"]]
    fitting = [
        name
        for name in one
        if set(schema["$defs"][name].get("required", [])) <= splits.keys()
        and splits.get("by", "speaker") in _allowed(schema["$defs"][name]["properties"]["by"])
    ]
    assert len(fitting) == 1


def _allowed(by: dict[str, Any]) -> list[str]:
    return by.get("enum", [by.get("const")])


def test_parts_are_stated_where_the_partition_is_the_corpuss_own() -> None:
    official = policy(by="official", of="part", dev="validation", te="test").splits
    assert official.stated_parts == {"dev": "validation", "te": "test"}
    assert policy(by="speaker").splits.stated_parts == {}
    assert policy(by="utterance").splits.stated_parts == {}
