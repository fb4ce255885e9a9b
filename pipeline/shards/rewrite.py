"""Rewriting shards that were written: with other labels, without some rows, or after a crash."""

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa

from pipeline.common.errors import DataError
from pipeline.shards.parquet import FileFacts, read_shard
from pipeline.shards.receipts import RejectRow, ShardReceipt, shard_path
from pipeline.shards.row_check import find_damaged_rows
from pipeline.shards.writer import store_shard


def rewrite_shard(
    output: str, receipt: ShardReceipt, table: pa.Table, rejects: Iterable[RejectRow], audio: str
) -> ShardReceipt:
    """Replaces a shard by other rows of the same utterances.

    The next build will write its labels anew, and its audio too unless ``audio`` is kept.

    Args:
        output: The dataset folder.
        receipt: Receipt of the shard before.
        table: Rows of the shard from now on.
        rejects: Utterances that are removed.
        audio: Digest of the audio from now on; empty to have it made anew.

    Returns:
        The receipt of the shard as it is then.
    """
    unwritten = {row.id: row for row in (*receipt.unwritten, *rejects)}
    for name in table["id"].to_pylist():  # after a crash the shard may still hold removed rows
        unwritten.pop(name, None)

    def make_receipt(file: FileFacts) -> ShardReceipt:
        return replace(
            receipt,
            audio=audio,
            fingerprint="",
            rows=file.rows,
            size=file.size,
            xxh3=file.xxh3,
            unwritten=tuple(sorted(unwritten.values(), key=lambda row: row.id)),
        )

    return store_shard(output, receipt.shard, [table] if len(table) else [], make_receipt)


def repair_shard(output: str, receipt: ShardReceipt) -> ShardReceipt:
    """Completes a shard that was being rewritten when a run was interrupted.

    The file that is there counts, from before or after. The next build makes it anew.

    Args:
        output: The dataset folder.
        receipt: Receipt of the shard, as the run left it.

    Raises:
        DataError: The shard is missing or damaged.
    """
    table = read_shard(output, receipt.shard)
    for name, problem in find_damaged_rows(table):
        raise DataError(
            f"{shard_path(output, receipt.shard)}: damaged: {name}: {problem}; build corpus "
            f"{receipt.corpus} again"
        )
    return rewrite_shard(output, receipt, table, [], audio="")
