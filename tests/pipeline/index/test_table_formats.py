import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index.table_formats import read_rows
from pipeline.specs.spec_types import TableSpec

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
    read = read_rows(text.getvalue().encode(), table(), "f.csv", "table")
    assert [(row["name"], row["said"]) for row in read] == [
        row for row in rows if any(cell.strip() for cell in row)
    ]


def test_rows_know_the_file_they_came_from() -> None:
    pattern = table(path="(?P<part>train|dev)")
    (row,) = read_rows(b"name,said\na,hello", pattern, "x/dev/facts.csv", "table")
    assert (row["_stem"], row["part"]) == ("facts", "dev")


def test_encodings_are_tried_in_order_and_none_is_an_error() -> None:
    latin = table(encoding=["utf-8", "latin-1"])
    (row,) = read_rows("name,said\na,schön".encode("latin-1"), latin, "f.csv", "table")
    assert row["said"] == "schön"
    with pytest.raises(DataError, match="table: is not text in utf-8; name its `encoding`"):
        read_rows(b"\xff", table(encoding="utf-8"), "f.csv", "table")


def test_missing_cells_are_empty_and_more_than_the_header_an_error() -> None:
    (row,) = read_rows(b"name,said\na", table(), "f.csv", "table")
    assert row["said"] == ""
    with pytest.raises(DataError, match="table:2: 3 cells, expected 2 as in 'name', 'said'"):
        read_rows(b"name,said\na,b,c", table(), "f.csv", "table")
