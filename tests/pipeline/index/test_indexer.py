import unicodedata

import pytest

from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_rows import build_table
from pipeline.schema.utterance import RaterAnswer
from pipeline.sources.listing import SourceFile, too_large
from pipeline.specs.yaml_reader import SpecError
from tests.conftest import MakeSpec
from tests.support.indexing import index


def test_name_gives_id_label_and_speaker(make_spec: MakeSpec) -> None:
    (clip,) = index(make_spec(), "Tones v1/wav/s01_ang_0.wav")
    assert clip.id == "tones/wav/s01_ang_0"
    assert clip.source_path == "Tones v1/wav/s01_ang_0.wav"
    assert (clip.label_native, clip.speaker, clip.language) == ("ang", "tones:s01", "en")


def test_unrecognised_name_is_rejected_not_lost(make_spec: MakeSpec) -> None:
    (clip,) = index(make_spec(), "wav/anger.wav")
    assert clip.status == "rejected"
    assert clip.dropped is not None
    assert clip.dropped.reason == "unrecognised_name"
    assert "s\\d+" in clip.dropped.detail


def test_ignored_files_are_no_clips(make_spec: MakeSpec) -> None:
    assert index(make_spec(ignore="'*_1.wav'"), "wav/s01_ang_1.wav") == []


def test_files_left_out_are_counted(make_spec: MakeSpec) -> None:
    (clip,) = index(make_spec(leave_out="{'*_1.wav': broken}"), "wav/s01_ang_1.wav")
    assert clip.dropped is not None
    assert (clip.status, clip.dropped.reason) == ("excluded", "broken")


def test_several_patterns_are_tried_in_order(make_spec: MakeSpec) -> None:
    spec = make_spec(
        audio="'**/*.wav'",
        path=r"['(?P<speaker>DC|JE)/(?P<emotion>su|s)\d+', '^(?P<emotion>s)_(?P<speaker>..)']",
    )
    clips = index(spec, "DC/su01.wav", "s_JE.wav")
    assert [(c.label_native, c.speaker) for c in clips] == [("su", "tones:DC"), ("s", "tones:JE")]


def test_speaker_is_a_template_in_a_shared_namespace(make_spec: MakeSpec) -> None:
    spec = make_spec(speaker="'{speaker}-{take}'", namespace="choir")
    (clip,) = index(spec, "wav/s01_ang_0.wav")
    assert clip.speaker == "choir:s01-0"


def test_a_speaker_may_be_one_known_person(make_spec: MakeSpec) -> None:
    spec = make_spec(
        speaker="anna", gender="{of: speaker, female: [anna]}", age="{of: speaker, anna: 31}"
    )
    clips = index(spec, "wav/s01_ang_0.wav", "wav/s02_neu_0.wav")
    assert {(c.speaker, c.gender, c.age, c.group) for c in clips} == {
        ("tones:anna", "female", 31.0, "anna")
    }


def test_a_code_may_be_composed_of_several_fields(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<part>speech|talk)_(?P<number>\d+)?\.wav$'",
        emotion="'{part}/{number}'",
        emotions="{speech/0-64: neutral, talk/1-9: anger}",
    )
    clips = index(spec, "wav/speech_7.wav", "wav/talk_7.wav", "wav/talk_.wav")
    assert [c.label_native for c in clips] == ["speech/7", "talk/7", None]


def test_all_clips_may_have_one_code(make_spec: MakeSpec) -> None:
    spec = make_spec(path=r"'(?P<speaker>s\d+)'", emotion="ang", splits="{by: utterance}")
    (clip,) = index(spec, "wav/s01.wav")
    assert clip.label_native == "ang"


def test_spellings_are_replaced_and_errors_corrected(make_spec: MakeSpec) -> None:
    spec = make_spec(
        replace="{speaker: {s01: s02, s03: null}}", corrections="{s02_ang_0: {emotion: neu}}"
    )
    clips = index(spec, "wav/s01_ang_0.wav", "wav/s03_ang_0.wav", "wav/s02_ang_0.wav")
    assert [c.speaker for c in clips] == ["tones:s02", None, "tones:s02"]
    assert [c.label_native for c in clips] == ["ang", "ang", "neu"]


def test_a_value_is_replaced_once_however_many_tables_there_are(make_spec: MakeSpec) -> None:
    spec = make_spec(
        replace="{speaker: {s01: s02, s02: s01}, mood: {low: high, high: low}}",
        corrections="{s01_ang_1: {speaker: s02, mood: high}}",
        annotations="[mood]",
        tables="{moods: {file: a.csv, match: {n: '{stem}'}, take: {mood: m}}, "
        "takes: {file: b.csv, match: {t: '{take}'}, take: [note]}}",
    )
    moods = [{"n": stem, "m": "low"} for stem in ("s01_ang_0", "s02_ang_0", "s01_ang_1")]
    takes = [{"t": take, "note": "x"} for take in "01"]
    clips = index(spec, *(f"wav/{row['n']}.wav" for row in moods), moods=moods, takes=takes)
    assert [clip.speaker for clip in clips] == ["tones:s02", "tones:s01", "tones:s01"]
    assert [clip.annotations["mood"] for clip in clips] == ["high", "high", "low"]


def test_gender_age_language_and_text(make_spec: MakeSpec) -> None:
    spec = make_spec(
        gender=r"{of: speaker, female: ['s01'], male: 's\d[02468]'}",
        age="{of: speaker, s01: 31}",
        languages="[en, fr]",
        language="{of: take, 0: en, 1: fr}",
        path=r"'(?P<speaker>s\d+)_(?P<emotion>[a-z]+)_(?P<take>(?P<text>\d+))\.wav$'",
        texts="{1: Bonjour}",
    )
    first, second = index(spec, "wav/s01_ang_1.wav", "wav/s02_ang_0.wav")
    assert (first.gender, first.age, first.language, first.text) == ("female", 31, "fr", "Bonjour")
    assert (second.gender, second.age, second.language, second.text) == ("male", None, "en", "0")


def test_tables_join_in_order_and_missing_rows_are_rejected(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<name>s\d+)'",
        tables="{who: {file: a.csv, match: {n: '{name}'}, take: {speaker: s, code: c}}, "
        "what: {file: b.csv, match: {c: '{code}'}, take: {emotion: e}}}",
    )
    rows = {"who": [{"n": "s1", "s": "x", "c": "7"}], "what": [{"c": "7", "e": "ang"}]}
    joined, lost = index(spec, "wav/s1.wav", "wav/s2.wav", **rows)
    assert (joined.speaker, joined.label_native) == ("tones:x", "ang")
    assert lost.dropped is not None
    assert lost.dropped.detail == "table 'who' has no row with n = 's2'"


def test_rows_of_a_segment_table_are_utterances(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<session>s\d+)'",
        sample_times="16000",
        tables="{turns: {file: t.csv, segments: true, match: {s: '{session}'}, "
        "take: {start: b, duration: d, emotion: e, speaker: w}}}",
    )
    rows = [
        {"s": "s1", "b": "0", "d": "16000", "e": "ang", "w": "A"},
        {"s": "s1", "b": "24000", "d": "8000", "e": "neu", "w": "A"},
    ]
    clips = index(spec, "wav/s1.wav", turns=rows)
    assert [(c.id, c.start, c.end) for c in clips] == [
        ("tones/wav/s1#0-1", 0.0, 1.0),
        ("tones/wav/s1#1.5-2", 1.5, 2.0),
    ]


def test_of_a_file_too_large_to_be_held_segments_are_read(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<session>s\d+)'",
        tables="{turns: {file: t.csv, segments: true, match: {s: '{session}'}, "
        "take: {start: b, end: d, emotion: e}}}",
    )
    rows = [{"s": "s1", "b": "0", "d": "2", "e": "ang"}, {"s": "s2", "b": "", "d": "", "e": "ang"}]
    size = 5 << 30
    files = [SourceFile(f"wav/{name}.wav", size, "", too_large(size)) for name in ("s1", "s2")]
    tables = {"turns": build_table(spec.tables["turns"], rows)}
    segment, whole = index_clips(spec, find_clips(spec, files), tables)
    assert segment.dropped is None
    assert whole.dropped
    assert (whole.dropped.reason, whole.dropped.detail) == ("bad_file", too_large(size))


@pytest.mark.parametrize(
    ("start", "end", "detail"),
    [
        ("early", "", "start is 'early', expected seconds"),
        ("1", "nan", "end is 'nan', expected seconds"),
        ("inf", "", "start is 'inf', expected seconds"),
        ("5", "3", "from 5 s to 3 s"),
        ("2", "2", "from 2 s to 2 s"),
        ("-1", "2", "from -1 s to 2 s"),
        ("-1", "", "from -1 s to the end"),
        ("", "-1", "from 0 s to -1 s"),
    ],
)
def test_time_that_is_none_is_rejected(
    make_spec: MakeSpec, start: str, end: str, detail: str
) -> None:
    spec = make_spec(path=r"'(?P<emotion>ang)_(?P<start>[^_]*)_(?P<end>[^_]*)\.wav$'")
    (clip,) = index(spec, f"wav/ang_{start}_{end}.wav")
    assert clip.dropped is not None
    assert clip.dropped.reason == "bad_time"
    assert detail in clip.dropped.detail


def test_age_that_is_no_number_is_unknown(make_spec: MakeSpec) -> None:
    spec = make_spec(path=r"'(?P<emotion>ang)_(?P<age>\w+)'")
    clips = index(spec, "wav/ang_31.wav", "wav/ang_nan.wav")
    assert [clip.age for clip in clips] == [31.0, None]


FACTS = "{t: {file: f.csv, match: {n: '{stem}'}, take: {emotion: e, speaker: s}}}"


def test_rows_that_disagree_reject_their_clip_alone(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=FACTS, path="'.'", corrections="{c3: {emotion: neu}}")
    rows = [
        {"n": "c1", "e": "ang", "s": "a"}, {"n": "c1", "e": "hap", "s": "a"},
        {"n": "c2", "e": "hap", "s": "b"}, {"n": "c2", "e": "hap", "s": ""},
        {"n": "c3", "e": "hap", "s": "b"}, {"n": "c3", "e": "ang", "s": "b"},
    ]  # fmt: skip
    disputed, agreed, settled = index(spec, "wav/c1.wav", "wav/c2.wav", "wav/c3.wav", t=rows)
    assert disputed.dropped is not None
    assert disputed.dropped.reason == "rows_disagree"
    assert disputed.dropped.detail == (
        "table 't' has 2 rows for it that disagree: emotion is 'ang' or 'hap'; if each is the "
        "answer of a rater, say by `raters` what becomes of them"
    )
    assert (agreed.dropped, agreed.label_native, agreed.speaker) == (None, "hap", "tones:b")
    assert (settled.dropped, settled.label_native) == (None, "neu")


def test_a_corpus_that_is_known_to_contradict_itself_loses_these_clips_by_rule(
    make_spec: MakeSpec,
) -> None:
    whole = FACTS.replace("match", "disputed: exclude, match")
    cut = whole.replace("speaker: s", "speaker: s, start: b, end: d").replace(
        "match", "segments: true, match"
    )
    rows = [
        {"n": "c", "e": "ang", "s": "a", "b": "0", "d": "1"},
        {"n": "c", "e": "hap", "s": "a", "b": "0", "d": "1"},
    ]
    for tables in (whole, cut):
        clips = index(make_spec(path="'.'", tables=tables), "wav/c.wav", t=rows)
        dropped = {(c.status, c.dropped.reason if c.dropped else "") for c in clips}
        assert dropped == {("excluded", "rows_disagree")}


def test_a_column_that_is_missing_leaves_what_is_known(make_spec: MakeSpec) -> None:
    spec = make_spec(
        tables="{t: {file: t.csv, match: {n: '{stem}'}, take: {speaker: 's?', text: w}}}"
    )
    (clip,) = index(spec, "wav/s01_ang_0.wav", t=[{"n": "s01_ang_0", "w": "hello"}])
    assert (clip.speaker, clip.text) == ("tones:s01", "hello")
    (clip,) = index(spec, "wav/s01_ang_0.wav", t=[{"n": "s01_ang_0", "s": "s9", "w": ""}])
    assert (clip.speaker, clip.text) == ("tones:s9", None)


def test_segments_of_the_same_times_that_disagree_are_rejected(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path="'.'",
        tables="{t: {file: t.csv, segments: true, match: {n: '{stem}'}, "
        "take: {start: b, end: d, emotion: e}}}",
    )
    rows = [
        {"n": "c", "b": "0", "d": "1", "e": "ang"}, {"n": "c", "b": "0.0", "d": "1.00", "e": "hap"},
        {"n": "c", "b": "1", "d": "2", "e": "hap"},
    ]  # fmt: skip
    clips = index(spec, "wav/c.wav", t=rows)
    assert [clip.status for clip in clips] == ["rejected", "rejected", "ok"]
    assert clips[0].dropped is not None
    assert clips[0].dropped.detail == (
        "2 rows have these times and disagree: emotion is 'ang' or 'hap'"
    )


def test_names_from_a_mac_give_the_labels_and_speakers_of_the_spec(make_spec: MakeSpec) -> None:
    spec = make_spec(
        audio="'*.wav'",
        path=r"'^(?P<speaker>\w+)_(?P<emotion>col\u00e8re)\.wav$'".replace(r"\u00e8", "\u00e8"),
        emotions="{col\u00e8re: anger}",
    )
    path = unicodedata.normalize("NFD", "Zo\u00eb_col\u00e8re.wav")
    (clip,) = index(spec, path)
    assert (clip.speaker, clip.label_native) == ("tones:Zo\u00eb", "col\u00e8re")
    assert clip.source_path == path
    assert clip.id == "tones/Zo\u00eb_col\u00e8re"


def test_times_of_audformat_are_read_and_nat_is_unknown(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path="'.'",
        tables="{t: {file: t.csv, segments: true, match: {file: '{path}'}, "
        "take: {start: start, end: end, emotion: e}}}",
    )
    row = {"file": "wav/c.wav", "e": "ang"}
    rows = [
        row | {"start": "0 days 00:00:00", "end": "0 days 00:00:01.5"},
        row | {"start": "0 days 00:00:01.5", "end": "NaT"},
    ]
    assert [(u.start, u.end) for u in index(spec, "wav/c.wav", t=rows)] == [(0, 1.5), (1.5, None)]
    whole = index(spec, "wav/c.wav", t=[row | {"start": "NaT", "end": "NaT"}])
    assert [(u.start, u.end, u.dropped) for u in whole] == [(None, None, None)]


ANSWERS = "{answers: {file: a.csv, match: {clip: '{stem}'}, take: {rater: r, emotion: e, text: t}}}"


def test_rows_of_raters_are_answers_and_what_else_they_hold_is_a_fact(make_spec: MakeSpec) -> None:
    spec = make_spec(
        tables=ANSWERS,
        raters="{rows: answers, by: rater, emotion: majority}",
        replace="{emotion: {ANG: ang}}",
    )
    rows = [
        {"clip": "s1_hap_1", "r": "a", "e": "ANG", "t": "one"},
        {"clip": "s1_hap_1", "r": "b", "e": "neu", "t": ""},
        {"clip": "s1_hap_2", "r": "a", "e": "neu", "t": "one"},
        {"clip": "s1_hap_2", "r": "b", "e": "neu", "t": "two"},
    ]
    one, two = index(spec, "wav/s1_hap_1.wav", "wav/s1_hap_2.wav", answers=rows)
    assert one.raters == (RaterAnswer("a", ("ang",)), RaterAnswer("b", ("neu",)))
    assert (one.label_native, one.text, one.dropped) == ("hap", "one", None)
    assert two.dropped is not None
    assert two.dropped.detail == (
        "table 'answers' has 2 rows for it that disagree: text is 'one' or 'two'"
    )


def test_a_segment_has_the_answers_of_its_own_rows(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path="'.'",
        tables="{turns: {file: t.csv, segments: true, match: {n: '{stem}'}, "
        "take: {start: b, end: d, emotion: e, rater: r}}}",
        raters="{rows: turns, by: rater, emotion: majority}",
    )
    rows = [
        {"n": "c", "b": "0", "d": "1", "e": "ang", "r": "1"},
        {"n": "c", "b": "1", "d": "2", "e": "hap", "r": "1"},
        {"n": "c", "b": "0", "d": "1", "e": "neu", "r": "2"},
    ]
    first, second = index(spec, "wav/c.wav", turns=rows)
    assert (first.id, len(first.raters), first.dropped) == ("tones/wav/c#0-1", 2, None)
    assert (second.id, len(second.raters), second.dropped) == ("tones/wav/c#1-2", 1, None)


def test_one_person_under_two_ids_is_one_speaker_and_one_group(make_spec: MakeSpec) -> None:
    spec = make_spec(same_speaker="{s07: s01}")
    clips = index(spec, "wav/s01_ang_0.wav", "wav/s07_ang_0.wav", "wav/s02_ang_0.wav")
    assert [clip.speaker for clip in clips] == ["tones:s01", "tones:s01", "tones:s02"]
    assert [clip.group for clip in clips] == ["s01", "s01", "s02"]


def test_an_alias_of_an_alias_is_refused(make_spec: MakeSpec) -> None:
    with pytest.raises(SpecError, match=r"s08 is s07, which is an alias itself"):
        make_spec(same_speaker="{s08: s07, s07: s01}")


def test_a_text_of_several_lines_is_one(make_spec: MakeSpec) -> None:
    words = "{file: '*.txt', format: text, match: {_stem: '{stem}'}, take: {text: _text}}"
    spec = make_spec(tables=f"{{words: {words}}}")
    row = {"_stem": "s01_ang_0", "_text": "She came\n late."}
    (clip,) = index(spec, "wav/s01_ang_0.wav", words=[row])
    assert clip.text == "She came late."
