"""Rejects as stored: read back, and named where they are damaged."""

from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.dataset.rejects import read_rejects, rejects_path, write_rejects
from pipeline.shards.receipts import RejectRow, ShardReceipt


def row(name: str) -> RejectRow:
    return RejectRow(name, "tones", f"{name}.wav", "rejected", "audio", "silent", "", "ang", None)


def test_rejects_of_all_receipts_are_read_as_written(tmp_path: Path) -> None:
    receipts = [
        ShardReceipt("tones/train", "a", "b", 1, 2, "c", (row("tones/z"),)),
        ShardReceipt("tones/test", "a", "b", 1, 2, "c", (row("tones/b"), row("tones/a"))),
    ]
    write_rejects(str(tmp_path), receipts)
    assert read_rejects(str(tmp_path)) == [row("tones/a"), row("tones/b"), row("tones/z")]


def test_none_are_read_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_rejects(str(tmp_path)) == []


def test_damaged_file_is_named(tmp_path: Path) -> None:
    Path(rejects_path(str(tmp_path))).write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"rejects\.parquet: not a table of clips left out"):
        read_rejects(str(tmp_path))
