import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index.table_formats import read_table
from pipeline.specs.table_spec import TableSpec

cells = st.text("abc ,;\t\"'é", max_size=5)


def table(**keys: object) -> TableSpec:
    stated = {"file": "f.csv", "match": {"name": "{stem}"}, "take": ["said"]} | keys
    return TableSpec.model_validate(stated)


@given(st.lists(st.tuples(cells, cells), min_size=1), st.sampled_from([",", ";", "\t"]))
def test_what_csv_writes_is_read_whatever_the_separator(
    rows: list[tuple[str, str]], separator: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("name", "said"), *rows])
    read = read_table(text.getvalue().encode(), table(), "f.csv", "table").rows
    assert [(row["name"], row["said"]) for row in read] == [
        row for row in rows if any(cell.strip() for cell in row)
    ]


def test_rows_know_the_file_they_came_from() -> None:
    pattern = table(path="(?P<part>train|dev)")
    (row,) = read_table(b"name,said\na,hello", pattern, "x/dev/facts.csv", "table").rows
    assert (row["_stem"], row["part"]) == ("facts", "dev")


def test_encodings_are_tried_in_order_and_none_is_an_error() -> None:
    latin = table(encoding=["utf-8", "latin-1"])
    (row,) = read_table("name,said\na,schön".encode("latin-1"), latin, "f.csv", "table").rows
    assert row["said"] == "schön"
    with pytest.raises(DataError, match="table: is not text in utf-8; name its `encoding`"):
        read_table(b"\xff", table(encoding="utf-8"), "f.csv", "table")


def test_missing_cells_are_empty_and_more_than_the_header_an_error() -> None:
    (row,) = read_table(b"name,said\na", table(), "f.csv", "table").rows
    assert row["said"] == ""
    with pytest.raises(DataError, match="table:2: 3 cells, expected 2 as in 'name', 'said'"):
        read_table(b"name,said\na,b,c", table(), "f.csv", "table")


def test_two_columns_of_one_name_are_an_error_where_they_are_read() -> None:
    content = b"name,said,n,said,n\na,joy,1,anger,2\n"
    with pytest.raises(DataError, match="table: columns 2 and 4 are both called 'said'"):
        read_table(content, table(), "f.csv", "table")
    (row,) = read_table(b"name,said,n,n\na,joy,1,2\n", table(), "f.csv", "table").rows
    assert row["said"] == "joy"


def test_names_that_differ_in_their_unicode_form_are_one_column() -> None:
    content = "name,caf\u00e9,cafe\u0301\na,1,2\n".encode()
    with pytest.raises(DataError, match="columns 2 and 3 are both called"):
        read_table(content, table(take={"said": "caf\u00e9"}), "f.csv", "table")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "an old Excel workbook .*save it as .xlsx"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer.*git lfs pull"),
        (b"PK\x03\x04....", "a zip archive"),
        (b"<!DOCTYPE html><html>", "a page for browsers"),
        (b"\x1f\x8b\x08", "compressed by gzip"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=f"table: is no table but {message}"):
        read_table(content, table(), "f.xls", "table")


def test_a_workbook_is_read_whatever_its_suffix() -> None:
    book = openpyxl.Workbook()
    for cells in (["name", "said"], ["a", "joy"]):
        book.active.append(cells)  # type: ignore[union-attr]
    content = io.BytesIO()
    book.save(content)
    (row,) = read_table(content.getvalue(), table(), "f.xls", "table").rows
    assert (row["name"], row["said"]) == ("a", "joy")


def test_a_file_of_text_is_one_row() -> None:
    spec = {
        "file": "*.txt",
        "format": "text",
        "match": {"_stem": "{stem}"},
        "take": {"text": "_text"},
    }
    table = TableSpec.model_validate(spec)
    read = read_table(b'\xef\xbb\xbfShe came,\r\nlate; and "left".\r\n', table, "t/a.txt", "a.txt")
    assert read.rows == [{"_text": 'She came, late; and "left".', "_stem": "a"}]
    assert read_table(b"\n", table, "t/a.txt", "a.txt").rows == []
