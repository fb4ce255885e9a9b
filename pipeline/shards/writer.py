"""Writer: from the planned utterances of one shard to one Parquet file and its receipt.

The file appears under its final name only when complete. What an earlier run has made is reused:
all of it where nothing has changed, its audio where only labels and other metadata have.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import xxhash

from pipeline.audio.options import AudioOptions
from pipeline.planning.copies import plan_shard
from pipeline.planning.shard_names import UNWRITTEN
from pipeline.raters.agreement import Tallies, tally_answers
from pipeline.schema.utterance import Utterance
from pipeline.shards.fingerprint import fingerprints, reusable
from pipeline.shards.parquet import in_row_groups, read_shard, to_parquet
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
    file = to_parquet(in_row_groups(records))
    rows = len(planned) - len(unwritten)
    if not rows:  # readers choke on a shard without rows
        file = memoryview(b"")
    receipt = ShardReceipt(
        shard=shard,
        audio="" if any(row.reason == "unreadable" for row in unwritten) else audio,
        fingerprint=content,
        rows=rows,
        size=len(file),
        xxh3=xxhash.xxh3_128_hexdigest(file) if file else "",
        unwritten=tuple(unwritten),
    )
    write_shard_files(output, receipt, file)
    return WrittenShard(receipt, rows if reuse == "audio" else 0, raters)


def write_shard_files(output: str, receipt: ShardReceipt, file: memoryview) -> None:
    """Stores a shard and its receipt; interrupted, the next run sees that it is incomplete.

    A shard that has no rows any more is deleted.

    Args:
        output: The dataset folder.
        receipt: Of the shard.
        file: The Parquet file; empty if the shard has no rows.
    """
    path = receipt_path(output, receipt.shard)
    if file:
        storage.write_atomic(path, replace(receipt, size=INCOMPLETE).to_json())
        storage.write_atomic(shard_path(output, receipt.shard), file)
    storage.write_atomic(path, receipt.to_json())
    if not receipt.size:
        delete_empty_shard(output, receipt)


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
