from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from pipeline.dataset.duplicates.pair_table import PairTable, pairs_path, read_pairs, write_pairs
from tests.support.pairs import clip, pair


def test_pairs_are_read_as_they_were_written(tmp_path: Path) -> None:
    table = PairTable(
        [
            pair(clip("c/1"), clip("d/1", None, None), "equal"),
            pair(clip("c/1"), clip("d/2", split="test")),
        ],
        {"c": "0f"},
        join_speakers=True,
    )
    write_pairs(str(tmp_path), table)
    assert read_pairs(str(tmp_path)) == table


def test_where_there_is_nothing_to_tell_there_is_no_file(tmp_path: Path) -> None:
    write_pairs(str(tmp_path), PairTable([pair(clip("c/1"), clip("c/2"))]))
    assert list(tmp_path.iterdir())
    write_pairs(str(tmp_path), PairTable())
    assert not list(tmp_path.iterdir())
    assert read_pairs(str(tmp_path)) == PairTable()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"{}"])
def test_a_damaged_table_is_told(tmp_path: Path, content: bytes) -> None:
    Path(pairs_path(str(tmp_path))).write_bytes(content)
    with pytest.raises(DataError, match="not a table of pairs"):
        read_pairs(str(tmp_path))


def test_a_table_of_something_else_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"kind": [["near"]]}), pairs_path(str(tmp_path)))
    with pytest.raises(DataError, match="not a table of pairs"):
        read_pairs(str(tmp_path))
