"""Shards are read where they are, or from a copy that is fetched once."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from training.data.shard_files import open_parquet, translated, worker_context


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    path = tmp_path / "train-00000-of-00001.parquet"
    pq.write_table(pa.table({"id": ["a", "b"]}), path)
    return path


@pytest.mark.parametrize("prefix", ["", "fsspec+file://"])
def test_a_shard_is_read_on_disk_and_at_a_url(shard: Path, prefix: str) -> None:
    assert open_parquet(f"{prefix}{shard}").read()["id"].to_pylist() == ["a", "b"]


def test_a_copy_is_fetched_once_and_again_for_another_shard(shard: Path, tmp_path: Path) -> None:
    url, cache = f"fsspec+file://{shard}", tmp_path / "cache"
    for _ in range(2):
        assert open_parquet(url, str(cache)).read().num_rows == 2
        assert len(list(cache.iterdir())) == 1
    pq.write_table(pa.table({"id": ["a", "b", "c"]}), shard)
    assert open_parquet(url, str(cache)).read().num_rows == 3
    assert len(list(cache.iterdir())) == 2


def test_a_shard_that_cannot_be_read_is_named(shard: Path) -> None:
    shard.write_bytes(b"no Parquet")
    told = r"00001\.parquet: can't be read: .*exhubert verify"
    with pytest.raises(DataError, match=told), translated(str(shard)):
        open_parquet(str(shard))


def test_readers_of_a_store_are_not_forked() -> None:
    assert worker_context(["a.parquet"]) is None
    assert worker_context(["a.parquet", "s3://b/a.parquet"]) == "spawn"
