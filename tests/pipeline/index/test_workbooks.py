"""Workbooks: what they state of themselves is not trusted, and damage is an error of the file."""

import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from pipeline.common.errors import DataError
from pipeline.index import workbooks
from pipeline.index.workbooks import parse_workbook
from pipeline.specs.table_spec import TableSpec

TABLE = TableSpec.model_validate({"file": "f", "match": {}, "take": {}})


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def edited(content: bytes, part: str, edit: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            new.writestr(name, edit(old.read(name)) if name == part else old.read(name))
    return sink.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_stale_dimension_loses_no_row() -> None:
    good = workbook(["file", "emotion"], *([f"c{i}", "joy"] for i in range(20)))
    stale = edited(good, SHEET, lambda xml: re.sub(rb'ref="A1:B21"', b'ref="A1:A2"', xml))
    assert stale != good
    ((_, sheet),) = parse_workbook(stale, TABLE, "t")
    assert sheet == parse_workbook(good, TABLE, "t")[0][1]
    assert len(sheet.rows) == 20


def test_whole_numbers_are_as_excel_shows_them() -> None:
    ((_, sheet),) = parse_workbook(
        workbook(["n", "m"], [3.0, 2.5], [None, None], [True]), TABLE, "t"
    )
    assert sheet.records() == [{"n": "3", "m": "2.5"}, {"n": "True", "m": ""}]


def test_rows_above_the_header_may_be_empty() -> None:
    ((_, sheet),) = parse_workbook(workbook([None], ["file", "emotion"], ["c1", "joy"]), TABLE, "t")
    assert sheet.records() == [{"file": "c1", "emotion": "joy"}]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 xl/workbook.xml",
        workbook(["a"])[:-40],
        edited(workbook(["a"]), SHEET, lambda xml: xml[: len(xml) // 2]),
        edited(workbook(["a"]), SHEET, lambda xml: xml.replace(b'r="A1"', b'r="1A"')),
        edited(workbook(["a"]), "[Content_Types].xml", lambda xml: b""),
    ],
)
def test_a_damaged_workbook_is_named(content: bytes) -> None:
    with pytest.raises(DataError, match=r"^t: not an Excel workbook"):
        parse_workbook(content, TABLE, "t")


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "_LARGEST", 1_000)
    with pytest.raises(DataError, match=r"t: unpacks to .* bytes, more than the 1,000"):
        parse_workbook(workbook(["a"]), TABLE, "t")


def test_formulas_without_their_results_are_no_empty_cells() -> None:
    content = workbook(["file", "emotion"], ["c1", '=IF(1,"joy","")'])
    with pytest.raises(DataError, match="t: holds formulas without their results"):
        parse_workbook(content, TABLE, "t")
    saved = edited(
        content,
        SHEET,
        lambda xml: re.sub(
            rb'(<c r="B2")[^>]*>(<f>.*?</f>).*?</c>', rb'\1 t="str">\2<v></v></c>', xml
        ),
    )
    assert saved != content
    ((_, sheet),) = parse_workbook(saved, TABLE, "t")
    assert [row[0] for _, row in sheet.rows] == ["c1"]
