"""Writer: from the planned utterances of a shard to a Parquet file and its receipt.

The file appears under its final name only when complete. What an earlier run has made is reused:
all of it where nothing has changed, its audio where only labels and other metadata have.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import NamedTuple

import pyarrow as pa

from pipeline.audio.options import AudioOptions
from pipeline.planning.copies import plan_shard
from pipeline.planning.shard_names import UNWRITTEN
from pipeline.raters.agreement import Tallies, tally_answers
from pipeline.schema.record import Record
from pipeline.schema.utterance import Utterance
from pipeline.shards.input_digest import Reuse, input_digests, reusable
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
from pipeline.shards.records import make_rows, metadata_columns
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.storage import files as storage


@dataclass(frozen=True)
class WrittenShard:
    """Outcome of a shard.

    Attributes:
        receipt: Receipt as stored beside it.
        reused: Number of utterances whose audio was not decoded again.
        raters: Tallies of rater agreement over all planned utterances.
    """

    receipt: ShardReceipt
    reused: int
    raters: Tallies


def write_shards(
    shards: Mapping[str, Iterable[Utterance]],
    spec: CorpusSpec,
    root: str,
    output: str,
    options: AudioOptions,
    on_start: Callable[[str], None] = lambda clip: None,
    on_clip: Callable[[float], None] = lambda seconds: None,
) -> Iterator[WrittenShard]:
    """Writes shards, or as much of them as an earlier run has not written.

    Their files are read in one pass: rows of several shards wait until it has ended.

    Args:
        shards: Name, ``<corpus>/<split>-NNNNN-of-NNNNN`` → all utterances that are planned for it,
            in any order.
        spec: Their corpus.
        root: Folder or URL of the corpus.
        output: The dataset folder.
        options: Options by which clips are stored.
        on_start: Called with ``<corpus>: <path>`` before each clip is read, and with nothing after
            the last one of several shards.
        on_clip: Called with the length, in s, of each clip after it; 0 where it was rejected.

    Yields:
        What came of each, in their order.
    """
    drafts = [_draft(shard, found, spec, output, options) for shard, found in shards.items()]
    anew = [draft.planned for draft in drafts if draft.reuse == "nothing"]
    planned = list(chain.from_iterable(anew))
    made = make_rows(planned, spec, root, options, on_start, on_clip, one_pass=len(anew) > 1)
    for draft in drafts:
        raters = tally_answers(draft.planned, spec.codes)
        if draft.earlier and draft.reuse == "shard":
            yield WrittenShard(draft.earlier, draft.earlier.rows, raters)
        elif draft.earlier and draft.reuse == "audio":
            receipt = _write(draft, _update_metadata(draft, spec, output), output)
            yield WrittenShard(receipt, receipt.rows, raters)
        else:
            receipt = _write(draft, islice(made, len(draft.planned)), output)
            yield WrittenShard(receipt, 0, raters)


class _Draft(NamedTuple):
    """A shard before it is written.

    Attributes:
        planned: Utterances in the order of the rows.
        audio: Digest of all that its audio depends on.
        content: Digest of all that its content depends on.
        earlier: Receipt of an earlier run.
        reuse: Part of the earlier shard that can be reused.
    """

    shard: str
    planned: Sequence[Utterance]
    audio: str
    content: str
    earlier: ShardReceipt | None
    reuse: Reuse


def _draft(
    shard: str,
    utterances: Iterable[Utterance],
    spec: CorpusSpec,
    output: str,
    options: AudioOptions,
) -> _Draft:
    planned = plan_shard(utterances)
    audio, content = input_digests(planned, spec, options)
    earlier = read_valid_receipt(output, shard)
    return _Draft(shard, planned, audio, content, earlier, reusable(earlier, audio, content))


def _write(draft: _Draft, rows: Iterable[Record | RejectRow], output: str) -> ShardReceipt:
    """Stores the rows of a shard, one for each utterance, and a receipt."""
    unwritten: list[RejectRow] = []

    def make_receipt(file: FileFacts) -> ShardReceipt:
        unreadable = any(row.reason == "unreadable" for row in unwritten)
        return ShardReceipt(
            shard=draft.shard,
            audio="" if unreadable else draft.audio,
            fingerprint=draft.content,
            rows=file.rows,
            size=file.size,
            xxh3=file.xxh3,
            unwritten=tuple(unwritten),
        )

    tables = in_row_groups(_without_rejects(rows, unwritten))
    return store_shard(output, draft.shard, tables, make_receipt)


def _without_rejects(
    rows: Iterable[Record | RejectRow], rejects: list[RejectRow]
) -> Iterator[Record]:
    """Rows that are written; the others are added to a list."""
    for row in rows:
        if isinstance(row, RejectRow):
            rejects.append(row)
        else:
            yield row


def store_shard(
    output: str,
    shard: str,
    tables: Iterable[pa.Table],
    make_receipt: Callable[[FileFacts], ShardReceipt],
) -> ShardReceipt:
    """Stores a shard and its receipt; interrupted, the next run sees that it is incomplete.

    Readers fail on a shard without rows, so only its receipt is kept.

    Args:
        output: The dataset folder.
        shard: Name of the shard.
        tables: Rows in order, each table written as it comes.
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


def _update_metadata(draft: _Draft, spec: CorpusSpec, output: str) -> Iterator[Record | RejectRow]:
    """Rows of an earlier shard with everything but their audio made anew."""
    earlier = draft.earlier
    assert earlier
    rows = read_shard(output, earlier.shard, earlier.xxh3).to_pylist() if earlier.size else []
    stored = {row["id"]: row for row in rows}
    failed = {row.id: row for row in earlier.unwritten if row.stage == "audio"}
    for utterance in draft.planned:
        if utterance.dropped is not None:
            yield to_reject_row(utterance, utterance.dropped)
        elif utterance.id in stored:
            yield stored[utterance.id] | metadata_columns(utterance, spec)
        else:
            yield failed[utterance.id]
