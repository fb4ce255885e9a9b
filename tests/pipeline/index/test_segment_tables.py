import pytest

from pipeline.index.segment_tables import segment_groups
from pipeline.schema.utterance import Utterance
from pipeline.specs.corpus_spec import CorpusSpec
from tests.conftest import MakeSpec
from tests.support.indexing import index

CALLS = r"'(?P<call>c\d+)\.wav$'"
TURNS = "segments: true, match: {c: '{call}'}, take: {start: b, end: e, emotion: l}"


def turns(*names: str, more: str = "") -> str:
    tables = [f"{name}: {{file: {name}.csv, {TURNS}{more}}}" for name in names]
    return "{" + ", ".join(tables) + "}"


def two(make_spec: MakeSpec, more: str = "") -> CorpusSpec:
    return make_spec(audio="'*.wav'", path=CALLS, tables=turns("a", "b", more=more))


def row(call: str, start: str, end: str, emotion: str = "ang") -> dict[str, str]:
    return {"c": call, "b": start, "e": end, "l": emotion}


def reasons(clips: list[Utterance]) -> dict[str, str | None]:
    return {clip.id: clip.dropped and clip.dropped.reason for clip in clips}


def test_each_table_of_segments_adds_its_rows(make_spec: MakeSpec) -> None:
    spec = two(make_spec)
    assert segment_groups(spec) == [["a", "b"]]
    clips = index(
        spec, "c1.wav", "c2.wav", "c3.wav", a=[row("c1", "0", "1")],
        b=[row("c1", "1", "2", "neu"), row("c2", "5", "")],
    )  # fmt: skip
    assert reasons(clips) == {
        "tones/c1#0-1": None, "tones/c1#1-2": None, "tones/c2#5-": None,
        "tones/c3": "no_table_row",
    }  # fmt: skip
    assert [clip.label_native for clip in clips[:3]] == ["ang", "neu", "ang"]


@pytest.mark.parametrize("more", [", unmatched: keep", ", unmatched: exclude"])
def test_a_recording_in_none_of_them_is_dropped_as_they_say(make_spec: MakeSpec, more: str) -> None:
    spec = two(make_spec, more)
    (clip,) = index(spec, "c1.wav", a=[row("c2", "0", "1")])
    assert clip.status == ("excluded" if "exclude" in more else "ok")


def test_rows_of_two_tables_with_the_same_times_must_agree(make_spec: MakeSpec) -> None:
    same, other = row("c1", "0", "1"), row("c1", "0", "1", "neu")
    assert set(reasons(index(two(make_spec), "c1.wav", a=[same], b=[same])).values()) == {None}
    disputed = index(two(make_spec), "c1.wav", a=[same], b=[other])
    assert {clip.dropped.reason for clip in disputed if clip.dropped} == {"rows_disagree"}


def test_a_table_that_looks_for_what_segments_give_is_joined_with_each(
    make_spec: MakeSpec,
) -> None:
    first = "{file: a.csv, segments: true, match: {c: '{call}'}, take: {start: b, end: e, turn: t}}"
    second = "{file: b.csv, segments: true, match: {t: '{turn}'}, take: {emotion: l}}"
    spec = make_spec(audio="'*.wav'", path=CALLS, tables=f"{{a: {first}, b: {second}}}")
    assert segment_groups(spec) == [["a"], ["b"]]
    rows = [{"c": "c1", "b": str(n), "e": str(n + 1), "t": f"t{n}"} for n in range(2)]
    labels = [{"t": "t0", "l": "ang"}, {"t": "t1", "l": "neu"}]
    clips = index(spec, "c1.wav", a=rows, b=labels)
    assert {clip.id: clip.label_native for clip in clips} == {
        "tones/c1#0-1": "ang", "tones/c1#1-2": "neu",
    }  # fmt: skip


def test_one_recording_has_spans_in_several_official_parts(make_spec: MakeSpec) -> None:
    spec = make_spec(
        audio="'*.wav'",
        path=CALLS,
        tables="{spans: {file: [train.csv, test.csv], segments: true, match: {c: '{call}'}, "
        "take: {start: b, end: e, emotion: l, part: _stem}}}",
        splits="{by: official, of: part, train: train, test: test}",
    )
    rows = [row("c1", "0", "4") | {"_stem": "train"}, row("c1", "4", "9") | {"_stem": "test"}]
    clips = index(spec, "c1.wav", spans=rows)
    assert {clip.id: clip.group for clip in clips} == {
        "tones/c1#0-4": "train", "tones/c1#4-9": "test",
    }  # fmt: skip


def test_two_speakers_of_one_stereo_file_are_two_utterances(make_spec: MakeSpec) -> None:
    spec = make_spec(
        audio="'*.wav'",
        path=CALLS,
        channel="{of: side, left: 0, right: 1}",
        tables="{sides: {file: s.csv, segments: true, match: {c: '{call}'}, "
        "take: {side: s, emotion: l, speaker: w}}}",
    )
    rows = [
        {"c": "c1", "s": "left", "l": "ang", "w": "A"},
        {"c": "c1", "s": "right", "l": "neu", "w": "B"},
        {"c": "c1", "s": "middle", "l": "neu", "w": "C"},
    ]
    clips = index(spec, "c1.wav", sides=rows)
    assert [(clip.id, clip.channel, clip.speaker) for clip in clips[:2]] == [
        ("tones/c1#ch0", 0, "tones:A"),
        ("tones/c1#ch1", 1, "tones:B"),
    ]
    assert reasons(clips)["tones/c1"] == "unknown_channel"
