"""Columns of a Parquet file, found by name, and its row groups."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from pipeline.sources.byte_ranges import find_file
from pipeline.sources.parquet_columns import ParquetColumns
from tests.support.parquet import AUDIO, write_parquet


def opened(root: Path) -> ParquetColumns:
    file = find_file(str(root), "x.parquet")
    assert file
    return ParquetColumns(file)


def test_a_wanted_column_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    cells = pa.array([{"bytes": b"1", "path": "a"}], AUDIO)
    table = pa.Table.from_arrays([cells, pa.array([1]), pa.array([2])], ["audio", "n", "n"])
    pq.write_table(table, tmp_path / "x.parquet")
    with pytest.raises(DataError, match="2 columns are called 'n'"):
        opened(tmp_path).check_columns(["n"])


def test_rows_are_found_in_their_groups(tmp_path: Path) -> None:
    clips = [(str(n), b"x" * (n + 1)) for n in range(10)]
    write_parquet(tmp_path / "x.parquet", clips, {"s": [{"i": n} for n in range(10)]}, rows=4)
    file = opened(tmp_path)
    assert [file.group_of(row).number for row in (0, 3, 4, 9)] == [0, 0, 1, 2]
    assert file.read_columns(file.row_groups[2], ["s.i"]) == {"s.i": ["8", "9"]}
