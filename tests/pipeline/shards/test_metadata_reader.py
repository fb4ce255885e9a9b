"""Metadata of shards, and where their rows lie."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from pipeline.schema.record import RECORD
from pipeline.shards.metadata_reader import read_shard_metadata, read_shard_table


@pytest.mark.parametrize("form", ["{}", "fsspec+file://{}"])
def test_columns_and_places(tmp_path: Path, form: str) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": list("abcde"), "n": range(5)}), file, row_group_size=2)
    frame = read_shard_metadata(form.format(file), ["id"])
    assert frame["id"].tolist() == list("abcde")
    assert frame["row_group"].tolist() == [0, 0, 1, 1, 2]
    assert frame["row"].tolist() == [0, 1, 0, 1, 0]
    assert (frame["group_bytes"] > 0).all()
    assert "n" not in frame


def test_what_is_no_shard_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    with pytest.raises(DataError, match=r"a\.parquet: not a shard of this dataset"):
        read_shard_metadata(str(file), ["id"])
    pq.write_table(pa.table({"n": range(5)}), file)
    with pytest.raises(DataError, match="no column 'id'"):
        read_shard_metadata(str(file), ["id"])


def test_types_of_other_writers_are_those_of_the_record(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    ids = pa.array(["a", "b", "b"], pa.large_string()).dictionary_encode()
    pq.write_table(pa.table({"id": ids, "label": pa.array([0, 1, None], pa.int8())}), file)
    table = read_shard_table(str(file), ["id", "label"])
    assert [table.schema.field(name).type for name in ("id", "label")] == [
        RECORD.field(name).type for name in ("id", "label")
    ]
    pq.write_table(pa.table({"id": ["a"], "label": ["anger"]}), file)
    with pytest.raises(DataError, match=r"a\.parquet: not a shard of this dataset"):
        read_shard_table(str(file), ["id", "label"])
