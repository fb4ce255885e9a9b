"""Metadata of all shards, or what is wrong with one."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.shards.metadata_reader import METADATA, read_metadata
from pipeline.shards.receipts import shard_path
from tests.pipeline.shards.conftest import SHARD, Write


def test_rows_have_their_shard_and_no_audio(write: Write, tmp_path: Path) -> None:
    rows = read_metadata(str(tmp_path), [write().receipt])
    assert list(rows.columns) == [*METADATA, "shard"]
    assert len(rows) == 24
    assert set(rows["shard"]) == {SHARD}


def test_dataset_without_rows_has_the_columns(write: Write, tmp_path: Path) -> None:
    empty = replace(write().receipt, size=0, rows=0)
    assert list(read_metadata(str(tmp_path), [empty]).columns) == [*METADATA, "shard"]


def test_shard_of_other_rows_than_its_receipt_says_is_named(write: Write, tmp_path: Path) -> None:
    other = replace(write().receipt, rows=7)
    with pytest.raises(DataError, match=r"parquet: 24 rows, but 7 were written; build again"):
        read_metadata(str(tmp_path), [other])


def test_damaged_shard_is_named(write: Write, tmp_path: Path) -> None:
    receipt = write().receipt
    Path(shard_path(str(tmp_path), SHARD)).write_bytes(b"x" * receipt.size)
    with pytest.raises(DataError, match=r"parquet: not a readable shard: .*; build again"):
        read_metadata(str(tmp_path), [receipt])
