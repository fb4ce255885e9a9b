import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio.options import AudioOptions
from pipeline.planning.batches import UtteranceBatch
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.corpus_plan import CorpusPlan, assign_split_and_shard, plan_splits
from pipeline.planning.shard_names import is_written_together, shard_group_key, shard_name
from pipeline.planning.slots import SLOT_S, count_slots, merge_slots
from pipeline.planning.steps import assign_shards, count_batch, plan_batches
from pipeline.schema.utterance import Utterance
from pipeline.sources.blocks import block_name
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.splits.groups import count_groups, count_ungrouped
from tests.support.segments import segment

SPEC = CorpusSpec.model_validate(
    {
        "id": "calls", "name": "Calls", "languages": "en", "kind": "acted",
        "licence": {"name": "CC0"}, "access": {"how": "open"}, "citation": "x", "audio": "*.wav",
        "path": "(?P<speaker>s)(?P<emotion>e)", "emotions": {"e": "anger"},
        "expected": {"source": "x"},
    }
)  # fmt: skip
OFFICIAL = SPEC.model_copy(
    update={
        "splits": CorpusSpec.model_validate(
            SPEC.model_dump(exclude_unset=True)
            | {"splits": {"by": "official", "of": "emotion", "tr": "train", "te": "test"}}
        ).splits
    }
)


def plan(utterances: list[Utterance], spec: CorpusSpec = OFFICIAL) -> CorpusPlan:
    segments = merge_slots([count_slots(utterances)])
    counts = count_groups(utterances)
    return plan_splits(spec, counts, count_ungrouped(utterances), segments=segments)


def assign(utterances: list[Utterance], spec: CorpusSpec = OFFICIAL) -> list[Utterance]:
    made = plan(utterances, spec)
    return [assign_split_and_shard(utterance, spec, made) for utterance in utterances]


def shards_of(placed: list[Utterance]) -> dict[tuple[str, str | None], set[str | None]]:
    found: dict[tuple[str, str | None], set[str | None]] = {}
    for one in placed:
        found.setdefault((one.source_path, one.split), set()).add(one.shard)
    return found


def test_each_of_six_long_recordings_lies_in_one_shard() -> None:
    calls = [
        segment(f"c{n}", start * 1.2, 1.2, group="tr") for n in range(6) for start in range(1_000)
    ]
    placed = assign(calls)
    assert all(len(shards) == 1 for shards in shards_of(placed).values())
    sizes = Counter(one.shard for one in placed)
    assert set(sizes) == {f"calls/train-{n:05d}-of-00006" for n in range(6)}
    assert set(sizes.values()) == {1_000}


def test_a_recording_with_segments_in_two_splits_lies_in_one_shard_of_each() -> None:
    calls = [
        segment(f"c{n}", start * 5.0, group="te" if start % 4 == 0 else "tr")
        for n in range(40)
        for start in range(100)
    ]
    assert all(len(shards) == 1 for shards in shards_of(assign(calls)).values())


def test_recordings_that_begin_with_what_no_split_gets_are_spread_like_others() -> None:
    calls = [
        segment(f"c{n}", 5.0 * start, group="trial" if 5 * start < SLOT_S else "tr")
        for n in range(30)
        for start in range(100)
    ]
    placed = [one for one in assign(calls) if one.dropped is None]
    sizes = Counter(one.shard for one in placed)
    assert len(placed) == 30 * 76
    assert max(sizes.values()) <= 500
    assert all(len(shards) == 1 for shards in shards_of(placed).values())


def test_recordings_in_two_splits_are_written_together_in_shards_of_their_own() -> None:
    calls = [
        segment(f"c{n}", start * 5.0, group="te" if start % 4 == 0 else "tr")
        for n in range(40)
        for start in range(100)
    ]
    clips = [
        Utterance(f"calls/{n}", "calls", f"calls/{n}", f"{n}.wav", 9, "", group="tr")
        for n in range(900)
    ]
    made = plan([*calls, *clips])
    keys: dict[str, set[str]] = {}
    for one in [*calls, *clips]:
        placed = assign_split_and_shard(one, OFFICIAL, made)
        key = shard_group_key(placed, made.shards, made.reserved)
        assert is_written_together(key) == ("#" in one.id)
        keys.setdefault(one.source_path, set()).add(key)
    assert all(len(found) == 1 for found in keys.values())
    assert len(made.reserved["train"]) == len(made.reserved["test"]) == 7
    assert made.shards["train"] == 7 + 2


def test_all_shards_of_hours_are_written_together_but_not_of_days() -> None:
    calls = [segment("day", 6.0 * n, 6.0, group="tr" if n % 9 else "te") for n in range(4_800)]
    days = [segment("week", 20.0 * n, 20.0, group="tr") for n in range(9_000)]
    made = plan([*calls, *days])
    assert Counter(made.reserved["train"]) == {
        "calls/day#0": 15, **{f"calls/week#{volume}": 25 for volume in range(4)}
    }  # fmt: skip
    assert made.reserved["test"] == ("calls/day#0",)
    assert made.shards == {"train": 115, "validation": 1, "test": 1}


def test_eight_hours_are_divided_into_runs_of_equal_length() -> None:
    calls = [segment("day", start * 5.76, 5.76, group="tr") for start in range(5_000)]
    placed = assign(calls)
    sizes = Counter(one.shard for one in placed)
    assert len(sizes) == 16
    assert max(sizes.values()) - min(sizes.values()) <= 2 * SLOT_S / 5.76
    changes = sum(a.shard != b.shard for a, b in pairwise(placed))
    assert changes == 15


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=40),
    st.integers(0, 3_000),
    st.randoms(use_true_random=False),
)
def test_shards_are_about_equally_full_and_the_order_of_batches_does_not_matter(
    lengths: list[int], clips: int, order: random.Random
) -> None:
    calls = [
        segment(f"c{n}", 5.0 * start, group="tr")
        for n, length in enumerate(lengths)
        for start in range(length)
    ]
    calls += [
        Utterance(f"calls/{n}", "calls", f"calls/{n}", f"{n}.wav", 9, "", group="tr")
        for n in range(clips)
    ]
    parts = [calls[start::3] for start in range(3)]
    segments = merge_slots(count_slots(part) for part in parts)
    order.shuffle(parts)
    assert merge_slots(count_slots(part) for part in parts) == segments
    placed = assign(calls)
    sizes = Counter(one.shard for one in placed)
    assert max(sizes.values()) <= max(1.25 * 500 + 400, 1.6 * len(calls) / len(sizes))
    for (path, _), shards in shards_of(placed).items():
        assert len(shards) == 1, path


def test_clips_and_recordings_of_one_segment_are_placed_by_their_id_alone() -> None:
    calls = [segment(f"c{n}", start * 5.0, group="tr") for n in range(9) for start in range(200)]
    single = segment("alone", 3.0, group="tr")
    clip = Utterance("calls/x", "calls", "calls/x", "x.wav", 9, "", group="tr")
    made = plan([*calls, single, clip])
    for one in (single, clip):
        placed = assign_split_and_shard(one, OFFICIAL, made)
        assert placed.shard == shard_name(one._replace(split="train"), made.shards)


def test_copies_of_a_recording_share_its_shards_whichever_batch_holds_them() -> None:
    calls = [segment("a", start * 5.0, group="tr") for start in range(3_000)]
    copies = [one._replace(source_path="again/a.mp3") for one in calls[::2]]
    placed = {one.id: one.shard for one in assign([*calls, *copies])[:3_000]}
    made = plan([*calls, *copies])
    for copy in copies:
        assert assign_split_and_shard(copy, OFFICIAL, made).shard == placed[copy.id]


@pytest.mark.parametrize("in_files", [range(12), [3]])
@pytest.mark.parametrize("seconds", [600, 10_800])
@pytest.mark.parametrize("block", ["rows.parquet#0.{}", "rows.tar#{}"])
def test_a_segment_in_a_file_meets_its_copy_in_a_block(
    in_files: Sequence[int], seconds: int, block: str
) -> None:
    rows = [
        segment(f"c{n}", start, group="te" if start % 40 == 0 else "tr")._replace(
            source_path=f"rows/{n}.wav", block=block.format(n), row=n
        )
        for n in range(12)
        for start in range(0, seconds, 10)
    ]
    files = [
        one._replace(source_path=f"{one.id}.wav", block="", row=0)
        for one in rows
        if one.row in in_files and (one.start or 0.0) < 0.9 * seconds
    ]
    shards: dict[str, set[str | None]] = {}
    for one in place_in_batches([rows, files[:50], files[50:]]):
        shards.setdefault(one.id, set()).add(one.shard)
    assert {name: found for name, found in shards.items() if len(found) > 1} == {}


def place_in_batches(parts: list[list[Utterance]]) -> list[Utterance]:
    """As a build places them: each batch is told no more of the plan than it needs."""
    batches = [UtteranceBatch("calls", number, tuple(part)) for number, part in enumerate(parts)]
    corpora = {"calls": Corpus(OFFICIAL, "")}
    build = BuildConfig(corpora, emotion_scheme(), "", AudioOptions())
    plans = dict(plan_batches(("calls", [count_batch(batch)[1] for batch in batches]), build))
    return [
        utterance
        for batch in batches
        for _, placed in assign_shards(batch, plans["calls", batch.number], build)
        for utterance in placed.utterances
    ]


def test_one_more_segment_moves_no_other_recording() -> None:
    calls = [segment(f"c{n}", 5.0 * start, group="tr") for n in range(60) for start in range(66)]
    before = {one.id: one.shard for one in assign(calls)}
    more = segment("c7", 1_000.0, group="tr")
    after = {one.id: one.shard for one in assign([*calls, more])}
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("spec", [SPEC, OFFICIAL])
def test_utterances_that_are_split_one_by_one_lie_once_in_each_split(spec: CorpusSpec) -> None:
    if spec is OFFICIAL:
        calls = [segment("a", 5.0 * n, group="tr") for n in range(900)]
    else:
        calls = [segment("a", 5.0 * n) for n in range(900)]  # nobody knows who speaks
    placed = assign(calls, spec)
    assert all(one.shard for one in placed)
    assert all(len(shards) == 1 for shards in shards_of(placed).values())


def test_a_placement_is_part_of_the_plan() -> None:
    made = plan([segment("a", 5.0 * n, group="tr") for n in range(9)])
    assert set(made.segments) == {("train", ("calls/a", 0))}
    assert replace(made, segments={}).segments == {}


def row(number: int, group_rows: int, **fields: object) -> Utterance:
    path = f"train.parquet/{number:06d}.wav"
    run, row = divmod(number, group_rows)
    return Utterance(
        f"calls/{number}", "calls", f"calls/{number}", path, 96_000, "",
        block=block_name("train.parquet", run, row // 100), row=number, label_native="e",
    )._replace(**fields)  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize("group_rows", [100, 1_000, 100_000])
@pytest.mark.parametrize("speakers", [4, 400])
def test_rows_of_a_group_in_several_splits_are_written_together(
    group_rows: int, speakers: int
) -> None:
    rows = [row(n, group_rows, group=f"s{n % speakers:03d}") for n in range(6_000)]
    made = plan(rows, SPEC)
    runs: dict[str, set[str]] = {}
    sizes: Counter[str | None] = Counter()
    for one in rows:
        placed = assign_split_and_shard(one, SPEC, made)
        key = shard_group_key(placed, made.shards, made.reserved)
        assert is_written_together(key)
        runs.setdefault(one.block.rpartition(".")[0], set()).add(key)
        sizes[placed.shard] += 1
    assert all(len(keys) == 1 for keys in runs.values())
    assert max(sizes.values()) <= 1_100
    assert len(sizes) <= 40
    assert len(sizes) == sum(made.shards.values())  # no number is left out


@pytest.mark.parametrize(
    ("suffix", "bytes_a_second"),
    [("opus", 3_000), ("OGG", 4_000), ("mp3", 8_000), ("m4a", 8_000), ("wav", 96_000)],
)
def test_no_more_than_a_day_of_rows_is_written_together(suffix: str, bytes_a_second: int) -> None:
    rows = [
        row(n, 5_000, source_path=f"{n}.{suffix}", source_size=60 * bytes_a_second)
        for n in range(5_000)
    ]
    minutes: Counter[str] = Counter()
    made = plan(rows, SPEC)
    for one in rows:
        placed = assign_split_and_shard(one, SPEC, made)
        minutes[shard_group_key(placed, made.shards, made.reserved)] += 1
    assert max(minutes.values()) <= 24 * 60


def test_row_groups_of_one_split_are_spread_like_recordings() -> None:
    rows = [row(n, 100, group="te" if n < 1_000 else "tr") for n in range(6_000)]
    made = plan(rows)
    assert not made.reserved
    assert made.shards == {"train": 10, "validation": 1, "test": 2}
    for found in shards_of([one._replace(source_path=one.block) for one in assign(rows)]).values():
        assert len(found) == 1
