"""Shards that lose rows, or that a crash left half written."""

from dataclasses import replace
from pathlib import Path

from pipeline.schema.utterance import Utterance, excluded
from pipeline.shards.parquet import read_shard
from pipeline.shards.receipts import (
    INCOMPLETE,
    read_receipt,
    read_valid_receipt,
    shard_path,
    to_reject_row,
    write_receipt,
)
from pipeline.shards.rewrite import repair_shard, rewrite_shard
from tests.pipeline.shards.conftest import SHARD, Write


def test_shard_whose_run_was_interrupted_is_known_and_repaired(
    write: Write, tmp_path: Path
) -> None:
    output = str(tmp_path)
    receipt = write().receipt
    content = memoryview(Path(shard_path(output, SHARD)).read_bytes())
    interrupted = replace(receipt, size=INCOMPLETE)
    write_receipt(output, interrupted)
    assert read_receipt(output, SHARD) == interrupted
    assert read_valid_receipt(output, SHARD) is None
    repaired = repair_shard(output, interrupted)
    assert (repaired.rows, repaired.size, repaired.audio) == (24, len(content), "")
    assert read_valid_receipt(output, SHARD) == repaired


def test_rewritten_shard_accounts_for_rows_that_left(
    write: Write, utterances: list[Utterance], tmp_path: Path
) -> None:
    output = str(tmp_path)
    receipt = write().receipt
    table = read_shard(output, SHARD)
    gone = excluded("labels", "excluded", "by this test")
    left = [to_reject_row(utterance, gone) for utterance in utterances[:2]]
    smaller = rewrite_shard(output, receipt, table.slice(2), left, audio=receipt.audio)
    assert smaller.rows == read_shard(output, SHARD).num_rows == 22
    assert len(smaller.unwritten) == 2
    again = rewrite_shard(output, smaller, table, [], audio="")
    assert (again.rows, again.unwritten) == (24, ())
