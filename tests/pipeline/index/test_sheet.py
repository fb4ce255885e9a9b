"""Headers of all kinds, in CSV, TSV, columns between blanks and workbooks alike."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index.sheet import Sheet, make_sheet
from pipeline.index.table_formats import read_table
from pipeline.specs.table_spec import TableSpec

KINDS = ["csv", "tsv", "space", "xlsx"]


def read(lines: list[list[str]], kind: str, take: list[str], **keys: object) -> list[list[str]]:
    """Cells of the columns taken, row by row."""
    table = TableSpec.model_validate({"file": "f", "match": {}, "take": take} | keys)
    if kind == "xlsx":
        book, content = openpyxl.Workbook(), io.BytesIO()
        for line in lines:
            book.active.append(line)  # type: ignore[union-attr]
        book.save(content)
        written = content.getvalue()
    else:
        between = {"csv": ",", "tsv": "\t", "space": " "}[kind]
        written = "".join(between.join(line) + "\n" for line in lines).encode()
    rows = read_table(written, table, f"f.{kind}", "t").rows
    for row in rows:
        assert set(take) <= row.keys()
    return [[row[column] for column in take] for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_a_header(kind: str) -> None:
    lines = [["c1", "joy"], ["c2", "fear"]]
    assert read(lines, kind, ["file", "emotion"], columns=["file", "emotion"], format=kind) == lines
    assert read(lines, kind, ["#2", "#1"], header=0, format=kind) == [["joy", "c1"], ["fear", "c2"]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_that_is_not_the_first_line(kind: str) -> None:
    lines = [["Made", '"by'], ["file", "emotion"], ["c1", "joy"]]
    assert read(lines, kind, ["emotion"], header=2, format=kind) == [["joy"]]
    assert read(lines, kind, ["a"], header=2, columns=["x", "a"], format=kind) == [["joy"]]


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx"])
def test_two_header_lines_are_joined(kind: str) -> None:
    lines = [
        ["Segment", "Total", "", "Rater", ""],
        ["", "emotion", "valence", "emotion", "valence"],
        ["c1", "joy", "4", "fear", "2"],
    ]
    take = ["Segment", "Total.emotion", "Total.valence", "Rater.emotion", "#5", "Rater.valence#1"]
    assert read(lines, kind, take, header=[1, 2]) == [["c1", "joy", "4", "fear", "2", "2"]]


@pytest.mark.parametrize("kind", ["csv", "tsv", "space", "xlsx"])
def test_repeated_names_are_told_apart_by_place(kind: str) -> None:
    lines = [["file", "emo", "emo"], ["c1", "joy", "fear"]]
    assert read(lines, kind, ["emo#2", "emo#1", "#3"], format=kind) == [["fear", "joy", "fear"]]
    with pytest.raises(DataError, match="are both called 'emo'; say which by `emo#1`"):
        read(lines, kind, ["emo"], format=kind)


@pytest.mark.parametrize("kind", ["csv", "tsv", "space"])
def test_comments_do_not_count_whatever_they_hold(kind: str) -> None:
    lines = [["#", 'it"s'], ["file", "emotion"], ["#c0", '"'], ["c1", "joy"]]
    assert read(lines, kind, ["file", "emotion"], comment="#", format=kind) == [["c1", "joy"]]


def test_blanks_around_names_do_not_count() -> None:
    assert read([["file ", " emotion\u00a0"], ["c1", "joy"]], "csv", ["emotion"]) == [["joy"]]


def test_a_header_beyond_the_end_is_an_error() -> None:
    with pytest.raises(DataError, match="t: ends before its header, which `header` says is line 5"):
        read([["a"], ["b"]], "csv", ["a"], header=5)


def test_a_place_beyond_the_last_column_is_no_column() -> None:
    sheet = Sheet(["a", "b#2"], [(1, ["x", "y"])])
    assert sheet.records(["#3", "a#2", "b#2"]) == [{"a": "x", "b#2": "y"}]


names = st.sampled_from(["", "emotion", "valence"])


@given(st.lists(names, min_size=1, max_size=8), st.lists(names, min_size=1, max_size=8))
def test_every_column_can_be_named_by_its_place(upper: list[str], lower: list[str]) -> None:
    table = TableSpec.model_validate({"file": "f", "match": {}, "take": {}, "header": [1, 2]})
    width = max(len(upper), len(lower))
    cells = [str(place) for place in range(width)]
    sheet = make_sheet([(1, upper), (2, lower), (3, cells)], table, "t")
    assert len(sheet.columns) == width
    (row,) = sheet.records([f"#{place + 1}" for place in range(width)])
    assert [row[f"#{place + 1}"] for place in range(width)] == cells


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr"])
def test_korean_encodings(encoding: str) -> None:
    table = TableSpec.model_validate(
        {"file": "f", "encoding": ["utf-8", encoding], "match": {}, "take": ["\uac10\uc815"]}
    )
    (row,) = read_table(
        "id,\uac10\uc815\n1,\uae30\uc068\n".encode(encoding), table, "f.csv", "t"
    ).rows
    assert row["\uac10\uc815"] == "\uae30\uc068"
