"""Cells of every type as text."""

import datetime

import pyarrow as pa
import pytest

from pipeline.sources.parquet_cells import column_text, is_whole


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array([1, None, -1], pa.int8()), ["1", "", "-1"]),
        (pa.array([0.1, 2.5, None], pa.float32()), ["0.1", "2.5", ""]),
        (pa.array([True, None]), ["True", ""]),
        (pa.array(["a\u0308", None], pa.large_string()), ["ä", ""]),
        (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
        (pa.array([[1, 2], None]), ["[1, 2]", ""]),
        (pa.array([{"anger": 0.5}]), ['{"anger": 0.5}']),
        (pa.array([b"abc"]), ["abc"]),
        (pa.array([datetime.date(2024, 2, 3)]), ["2024-02-03"]),
        (pa.array([None, None]), ["", ""]),
    ],
)
def test_cells_are_text(column: pa.Array, texts: list[str]) -> None:
    assert column_text(pa.chunked_array([column])) == texts


def test_whole_numbers_number_classes() -> None:
    assert is_whole(pa.int64())
    assert is_whole(pa.list_(pa.int8()))
    assert not is_whole(pa.float32())
