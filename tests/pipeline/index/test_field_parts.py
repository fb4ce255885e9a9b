"""Fields that lie inside of others."""

import pytest

from pipeline.common.errors import DataError
from pipeline.index.field_parts import add_parts
from pipeline.specs.yaml_reader import SpecError
from tests.conftest import MakeSpec
from tests.support.indexing import index
from tests.support.shipped_corpora import read_corpus

TURNS = "{t: {file: t.csv, segments: true, match: {n: '{stem}'}, take: {start: b, turn: i}}}"


def test_parts_of_a_column_tell_speaker_emotion_and_the_row_of_another_table(
    make_spec: MakeSpec,
) -> None:
    spec = make_spec(
        path="'.'",
        tables=TURNS[:-1] + ", actors: {file: a.csv, match: {id: '{letter}'}, take: {age: age}}}",
        parts=r"{turn: '^S(?P<session>\d)(?P<letter>[fm])_(?P<emotion>[a-z]+)'}",
        replace="{letter: {f: F}}",
        speaker='"{session}{letter}"',
    )
    rows = [{"n": "c", "b": "0", "i": "S1f_ang_3"}, {"n": "c", "b": "2", "i": "S1m_hap_4"}]
    actors = [{"id": "F", "age": "30"}, {"id": "m", "age": "40"}]
    found = index(spec, "wav/c.wav", t=rows, actors=actors)
    assert [(one.speaker, one.label_native, one.age) for one in found] == [
        (f"{spec.id}:1F", "ang", 30),
        (f"{spec.id}:1m", "hap", 40),
    ]


def test_the_first_pattern_that_is_found_counts_and_parts_have_parts(make_spec: MakeSpec) -> None:
    patterns = "{stem: ['^a(?P<code>.+)$', '^(?P<code>.+)$'], code: '(?P<digit>\\d)'}"
    spec = make_spec(parts=patterns)
    assert add_parts(spec, {"stem": "ax1"}) == {"stem": "ax1", "code": "x1", "digit": "1"}
    assert add_parts(spec, {"stem": "b"}) == {"stem": "b", "code": "b"}
    assert add_parts(spec, {"stem": None}) == {"stem": None}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ("{stem: 'x'}", r"`parts.stem`: name the fields that it finds"),
        ("{turn: '(?P<a>x)'}", r"`parts` uses the field 'turn', which neither `path` nor a table"),
    ],
)
def test_errors_teach(parts: str, message: str, make_spec: MakeSpec) -> None:
    with pytest.raises(SpecError, match=message):
        make_spec(parts=parts)


def test_a_key_may_be_a_part_of_a_column(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path="'.'",
        tables="{t: {file: t.json, rows: '*.turns', parts: {data.audio: '-(?P<name>.+)[.]wav$'}, "
        "match: {name: '{stem}'}, take: {emotion: emo}}}",
    )
    table = b'[{"data": {"audio": "/up/1/5f3a-c1.wav"}, "turns": [{"emo": "ang"}]}]'
    (clip,) = read_corpus(spec, {"t.json": table, "wav/c1.wav": b""})
    assert clip.label_native == "ang"
    message = r"no column 'name'; found 'data\.audio', 'emo', .*; no cell of 'data\.audio' fits '-"
    with pytest.raises(DataError, match=message):
        read_corpus(spec, {"t.json": table.replace(b"-", b"_"), "wav/c1.wav": b""})
