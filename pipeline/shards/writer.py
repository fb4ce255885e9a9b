"""Writer: from the planned utterances of one shard to one Parquet file and its receipt.

The file appears under its final name only when complete. What an earlier run has made is reused:
all of it where nothing has changed, its audio where only labels and other metadata have.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import pyarrow as pa

from pipeline.audio.options import AudioOptions
from pipeline.planning.copies import plan_shard
from pipeline.planning.shard_names import UNWRITTEN
from pipeline.raters.agreement import Tallies, tally_answers
from pipeline.schema.utterance import Utterance
from pipeline.shards.fingerprint import fingerprints, reusable
from pipeline.shards.parquet import NO_FILE, FileFacts, in_row_groups, read_shard, write_parquet
from pipeline.shards.receipts import (
    INCOMPLETE,
    RejectRow,
    ShardReceipt,
    read_valid_receipt,
    receipt_path,
    shard_path,
    to_reject_row,
)
from pipeline.shards.records import Record, make_records, metadata_columns
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.storage import files as storage


@dataclass(frozen=True)
class WrittenShard:
    """What came of a shard.

    Attributes:
        receipt: As stored beside it.
        reused: Number of utterances whose audio was not decoded again.
        raters: What their agreement follows from, on all that were planned.
    """

    receipt: ShardReceipt
    reused: int
    raters: Tallies


def write_shard(
    shard: str,
    utterances: Iterable[Utterance],
    spec: CorpusSpec,
    root: str,
    output: str,
    options: AudioOptions,
    on_start: Callable[[str], None] = lambda clip: None,
    on_clip: Callable[[float], None] = lambda seconds: None,
) -> WrittenShard:
    """Writes one shard, or as much of it as an earlier run has not written.

    Args:
        shard: Its name, ``<corpus>/<split>-NNNNN-of-NNNNN``.
        utterances: All that are planned for it, in any order.
        spec: Their corpus.
        root: Folder or URL of the corpus.
        output: The dataset folder.
        options: How clips are stored.
        on_start: Called with ``<corpus>: <path>`` before each clip is read.
        on_clip: Called with the length, in s, of each clip after it; 0 where it was rejected.
    """
    planned = plan_shard(utterances)
    audio, content = fingerprints(planned, spec, options)
    earlier = read_valid_receipt(output, shard)
    reuse = reusable(earlier, audio, content)
    raters = tally_answers(planned, spec.codes)
    if earlier and reuse == "shard":
        return WrittenShard(earlier, earlier.rows, raters)
    unwritten: list[RejectRow] = []
    if earlier and reuse == "audio":
        records = _update_metadata(planned, spec, output, earlier, unwritten.append)
    else:
        records = make_records(planned, spec, root, options, unwritten.append, on_start, on_clip)

    def make_receipt(file: FileFacts) -> ShardReceipt:
        unreadable = any(row.reason == "unreadable" for row in unwritten)
        return ShardReceipt(
            shard=shard,
            audio="" if unreadable else audio,
            fingerprint=content,
            rows=file.rows,
            size=file.size,
            xxh3=file.xxh3,
            unwritten=tuple(unwritten),
        )

    receipt = store_shard(output, shard, in_row_groups(records), make_receipt)
    return WrittenShard(receipt, receipt.rows if reuse == "audio" else 0, raters)


def store_shard(
    output: str,
    shard: str,
    tables: Iterable[pa.Table],
    make_receipt: Callable[[FileFacts], ShardReceipt],
) -> ShardReceipt:
    """Stores a shard and its receipt; interrupted, the next run sees that it is incomplete.

    Readers choke on a shard without rows: of such a one only the receipt stays.

    Args:
        output: The dataset folder.
        shard: Its name.
        tables: Its rows in order, each table written as it comes.
        make_receipt: Makes the receipt, once all rows are written.

    Returns:
        The receipt.
    """
    path, tables = receipt_path(output, shard), iter(tables)
    first = next(tables, None)
    if first is None:
        receipt = make_receipt(NO_FILE)
        storage.write_atomic(path, receipt.to_json())
        delete_empty_shard(output, receipt)
        return receipt
    with storage.new_file(shard_path(output, shard)) as file:
        receipt = make_receipt(write_parquet(file, chain([first], tables)))
        storage.write_atomic(path, replace(receipt, size=INCOMPLETE).to_json())
    storage.write_atomic(path, receipt.to_json())
    return receipt


def delete_empty_shard(output: str, receipt: ShardReceipt) -> None:
    """Deletes the file of a shard without rows, if there is one."""
    if f"/{UNWRITTEN}-" not in receipt.shard:
        storage.delete(shard_path(output, receipt.shard))


def _update_metadata(
    planned: Sequence[Utterance],
    spec: CorpusSpec,
    output: str,
    earlier: ShardReceipt,
    on_reject: Callable[[RejectRow], None],
) -> Iterator[Record]:
    """Rows of an earlier shard with everything but their audio made anew."""
    rows = read_shard(output, earlier.shard, earlier.xxh3).to_pylist() if earlier.size else []
    stored = {row["id"]: row for row in rows}
    failed = {row.id: row for row in earlier.unwritten if row.stage == "audio"}
    for utterance in planned:
        if utterance.dropped is not None:
            on_reject(to_reject_row(utterance, utterance.dropped))
        elif utterance.id in stored:
            yield stored[utterance.id] | metadata_columns(utterance, spec)
        else:
            on_reject(failed[utterance.id])
