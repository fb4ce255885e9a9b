"""Columns that become rows."""

import pytest

from pipeline.common.errors import DataError
from pipeline.index.melted_columns import melt_columns
from pipeline.index.table_files import load_tables
from pipeline.index.table_formats import read_table
from pipeline.schema.utterance import RaterAnswer
from pipeline.sources.listing import SourceFile
from pipeline.specs.table_spec import Melt, TableSpec
from tests.conftest import MakeSpec
from tests.support.shipped_corpora import read_corpus

SCORES = b"clip,rater,ang,hap\ns01_ang_0,r1,1,0\ns01_ang_0,r2,1,1\ns02_hap_0,r1,0,0\n"
TABLE = (
    "{scores: {file: s.csv, melt: {columns: [ang, hap], name: code, value: heard}, "
    "where: {heard: '^1$'}, match: {clip: '{stem}'}, take: {rater: rater, emotion: code}, "
    "unmatched: keep}}"
)


def test_columns_of_emotions_are_answers_of_raters(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<speaker>s\d\d)'",
        tables=TABLE,
        raters="{rows: scores, by: rater, emotion: {rule: majority, least_raters: 1}}",
    )
    contents = {"s.csv": SCORES, "wav/s01_ang_0.wav": b"", "wav/s02_hap_0.wav": b""}
    heard, unheard = read_corpus(spec, contents)
    assert (heard.label_native, heard.votes) == ("ang", {"anger": 1.5, "happiness": 0.5})
    assert heard.raters == (RaterAnswer("r1", ("ang",)), RaterAnswer("r2", ("ang", "hap")))
    assert unheard.dropped is not None
    assert unheard.dropped.reason == "too_few_raters"


def test_columns_that_may_be_missing_are_passed_over(make_spec: MakeSpec) -> None:
    melt = Melt(columns=["ang", "sad?"], name="code", value="heard")
    assert [row["code"] for row in melt_columns([{"ang": "1"}], melt)] == ["ang"]
    spec = make_spec(tables=TABLE.replace("hap]", "sad]"))
    with pytest.raises(DataError, match="no column 'sad'; found 'clip', 'rater', 'ang', 'hap'"):
        load_tables(spec, [SourceFile("s.csv", 9, "")], lambda path: SCORES)


def test_where_all_are_missing_the_columns_are_told(make_spec: MakeSpec) -> None:
    spec = make_spec(tables=TABLE.replace("[ang, hap]", "[anger, joy]"))
    told = "s.csv: no column 'anger', 'joy'; found 'clip', 'rater', 'ang', 'hap'"
    with pytest.raises(DataError, match=told):
        load_tables(spec, [SourceFile("s.csv", 9, "")], lambda path: SCORES)
    rows = [{"clip": "a"}, {"clip": "b"}]
    for columns in (["ang?", "sad?"], ["ang", "sad?"]):
        melt = Melt(columns=columns, name="code", value="heard")
        assert list(melt_columns(rows, melt)) == ([] if columns[0].endswith("?") else rows[:1])
        assert list(melt_columns([], melt)) == []


def test_what_is_melted_stays_beside() -> None:
    stated = {"file": "s.csv", "match": {"clip": "{stem}"}, "take": ["code"]}
    melt = {"columns": ["ang"], "name": "code", "value": "heard"}
    table = TableSpec.model_validate(stated | {"melt": melt})
    (first, *_) = read_table(SCORES, table, "s.csv", "t").rows
    assert (first["rater"], first["hap"], first["code"], first["heard"]) == ("r1", "0", "ang", "1")
