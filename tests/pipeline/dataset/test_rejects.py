"""Rejects as stored: read back, and named where they are damaged."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.common.errors import DataError
from pipeline.dataset.rejects import (
    LeftOut,
    read_left_out,
    read_rejects,
    rejects_path,
    write_rejects,
)
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


def test_rejects_are_counted_by_reason_with_the_first_few(tmp_path: Path) -> None:
    silent = tuple(row(f"tones/{number:06d}") for number in range(70_000))  # of several batches
    empty = RejectRow(
        "bells/a", "bells", "a.wav", "rejected", "audio", "empty", "0 bytes", "", None
    )
    write_rejects(
        str(tmp_path),
        [
            ShardReceipt("tones/train", "a", "b", 1, 2, "c", silent),
            ShardReceipt("bells/train", "a", "b", 1, 2, "c", (empty,)),
        ],
    )
    assert read_left_out(str(tmp_path)) == [
        LeftOut("bells", "rejected", "empty", 1, [("a.wav", "0 bytes")]),
        LeftOut(
            "tones", "rejected", "silent", 70_000, [(f"tones/00000{n}.wav", "") for n in "012"]
        ),
    ]


def test_none_are_read_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_rejects(str(tmp_path)) == []
    assert read_left_out(str(tmp_path)) == []


def test_damaged_file_is_named(tmp_path: Path) -> None:
    Path(rejects_path(str(tmp_path))).write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"rejects\.parquet: not a table of clips left out"):
        read_rejects(str(tmp_path))
    with pytest.raises(DataError, match=r"rejects\.parquet: not a table of clips left out"):
        read_left_out(str(tmp_path))


@pytest.mark.parametrize("read", [read_rejects, read_left_out])
def test_another_table_in_its_place_is_named(read: Callable[[str], object], tmp_path: Path) -> None:
    pq.write_table(pa.table({"corpus": ["tones"]}), rejects_path(str(tmp_path)))
    with pytest.raises(DataError, match=r"rejects\.parquet: not a table of clips left out"):
        read(str(tmp_path))
