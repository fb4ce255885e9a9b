"""Shards: from the planned utterances of one shard to one Parquet file and its receipt.

The file appears under its final name only when complete. What an earlier run has made is reused:
all of it where nothing has changed, its audio where only labels and other metadata have.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import islice
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.planning.copies import drop_copies
from pipeline.planning.shard_names import UNWRITTEN
from pipeline.schema.record import RECORD
from pipeline.schema.utterance import Utterance
from pipeline.shards.receipts import (
    INCOMPLETE,
    Receipt,
    RejectRow,
    read_receipt,
    receipt_path,
    shard_path,
    to_reject_row,
)
from pipeline.shards.records import Record, describe, make_records
from pipeline.shards.versions import RECORD_VERSION, audio_versions
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.storage import files as storage

ROWS_PER_GROUP = 100
"""Rows of a Parquet row group: what a reader fetches to get at one clip."""


Reuse = Literal["shard", "audio", "nothing"]
"""What need not be made again: the whole shard, its audio while labels change, or nothing."""


@dataclass(frozen=True)
class WrittenShard:
    """What came of a shard.

    Attributes:
        receipt: As stored beside it.
        reused: Number of utterances whose audio was not decoded again.
    """

    receipt: Receipt
    reused: int


def write_shard(
    shard: str,
    utterances: Iterable[Utterance],
    spec: CorpusSpec,
    root: str,
    output: str,
    options: AudioOptions,
    on_clip: Callable[[float], None] = lambda seconds: None,
) -> WrittenShard:
    """Writes one shard, or as much of it as an earlier run has not written.

    Args:
        shard: Its name, ``<corpus>/<split>-NNNNN-of-NNNNN``.
        utterances: All that are planned for it, in any order.
        spec: Their corpus.
        root: Where the corpus lies.
        output: The dataset folder.
        options: How clips are stored.
        on_clip: Told the length, in s, of every clip worked on; 0 where it was rejected.
    """
    planned = drop_copies(utterances)
    audio, whole = fingerprints(planned, spec, options)
    earlier = read_valid_receipt(output, shard)
    reuse = reusable(earlier, audio, whole)
    if earlier and reuse == "shard":
        return WrittenShard(earlier, earlier.rows)
    unwritten: list[RejectRow] = []
    if earlier and reuse == "audio":
        records = _redescribe(planned, spec, output, earlier, unwritten.append)
    else:
        records = make_records(planned, spec, root, options, unwritten.append, on_clip)
    content = to_parquet(_in_groups(records))
    if f"/{UNWRITTEN}-" in shard:
        content = memoryview(b"")
    rows = len(planned) - len(unwritten)
    receipt = Receipt(
        shard=shard,
        audio="" if any(row.reason == "unreadable" for row in unwritten) else audio,
        fingerprint=whole,
        rows=rows,
        size=len(content),
        xxh3=xxhash.xxh3_128_hexdigest(content) if content else "",
        unwritten=tuple(unwritten),
    )
    store(output, receipt, content)
    return WrittenShard(receipt, rows if reuse == "audio" else 0)


def fingerprints(
    planned: Sequence[Utterance], spec: CorpusSpec, options: AudioOptions
) -> tuple[str, str]:
    """Fingerprints of what the audio of a shard depends on, and of all that the shard does."""
    audio = _fingerprint(_audio_inputs(planned, spec, options))
    return audio, _fingerprint([audio, RECORD_VERSION, spec.licence.name, planned])


def reusable(earlier: Receipt | None, audio: str, whole: str) -> Reuse:
    """How much of a complete shard of an earlier run can stay, by its fingerprints as of now."""
    if earlier is None or earlier.audio != audio:
        return "nothing"
    return "shard" if earlier.fingerprint == whole else "audio"


def read_valid_receipt(output: str, shard: str) -> Receipt | None:
    """The receipt of a shard; None where either of them is missing or not complete."""
    receipt = read_receipt(output, shard)
    if receipt and receipt.size and storage.file_size(shard_path(output, shard)) != receipt.size:
        return None
    return receipt


def store(output: str, receipt: Receipt, content: memoryview) -> None:
    """Stores a shard and its receipt.

    Interrupted in between, the shard is neither taken for what its receipt says nor forgotten.
    """
    path = receipt_path(output, receipt.shard)
    if content:
        storage.write_atomic(path, replace(receipt, size=INCOMPLETE).to_json())
        storage.write_atomic(shard_path(output, receipt.shard), content)
    storage.write_atomic(path, receipt.to_json())


def rewrite_shard(
    output: str, receipt: Receipt, table: pa.Table, left: Iterable[RejectRow], audio: str
) -> Receipt:
    """Replaces a shard by other rows of the same utterances.

    The next build will write its labels anew, and its audio too unless ``audio`` is kept.

    Args:
        output: The dataset folder.
        receipt: Of the shard as it is.
        table: Its rows from now on.
        left: Utterances that are no longer among them.
        audio: Fingerprint of the audio from now on.
    """
    content = to_parquet([table])
    out = {row.id: row for row in (*receipt.unwritten, *left)}
    for name in table["id"].to_pylist():  # interrupted, a shard may hold rows it was to lose
        out.pop(name, None)
    rewritten = replace(
        receipt,
        audio=audio,
        fingerprint="",
        rows=table.num_rows,
        size=len(content),
        xxh3=xxhash.xxh3_128_hexdigest(content),
        unwritten=tuple(sorted(out.values(), key=lambda row: row.id)),
    )
    store(output, rewritten, content)
    return rewritten


def repair_shard(output: str, receipt: Receipt) -> Receipt:
    """Completes a shard that was being rewritten when a run was interrupted.

    What lies there counts, be it from before or after. The next build makes it anew.
    """
    return rewrite_shard(output, receipt, read_shard(output, receipt.shard), [], audio="")


def to_parquet(tables: Iterable[pa.Table]) -> memoryview:
    """A shard's content, of rows that come in parts; the same bytes for the same rows."""
    columns = _parquet_columns()
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        RECORD,
        compression={name: "NONE" if name == "audio.bytes" else "ZSTD" for name in columns},
        use_dictionary=[name for name in columns if name != "audio.bytes"],
        write_statistics=[name for name in columns if not name.startswith("audio.")],
        write_page_index=True,
    ) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)
    return memoryview(sink.getvalue())


def _in_groups(records: Iterable[Record]) -> Iterator[pa.Table]:
    """A row group at a time, so that a shard's clips are held in one copy, not in three."""
    records = iter(records)
    while group := list(islice(records, ROWS_PER_GROUP)):
        yield pa.Table.from_pylist(group, RECORD)


def read_shard(output: str, shard: str) -> pa.Table:
    """All rows of a shard, audio included.

    Raises:
        DataError: It is not there.
    """
    path = shard_path(output, shard)
    content = storage.read(path)
    if content is None:
        raise DataError(f"{path}: missing; build corpus {shard.split('/', 1)[0]} again")
    return pq.read_table(io.BytesIO(content))


def _redescribe(
    planned: Sequence[Utterance],
    spec: CorpusSpec,
    output: str,
    earlier: Receipt,
    leave_out: Callable[[RejectRow], None],
) -> Iterator[Record]:
    """Rows of an earlier shard with everything but their audio written anew."""
    rows = read_shard(output, earlier.shard).to_pylist() if earlier.size else []
    stored = {row["id"]: row for row in rows}
    failed = {row.id: row for row in earlier.unwritten if row.stage == "audio"}
    for utterance in planned:
        if utterance.dropped is not None:
            leave_out(to_reject_row(utterance, utterance.dropped))
        elif utterance.id in stored:
            yield stored[utterance.id] | describe(utterance, spec)
        else:
            leave_out(failed[utterance.id])


def _audio_inputs(
    planned: Sequence[Utterance], spec: CorpusSpec, options: AudioOptions
) -> list[object]:
    """Everything that the audio of a shard depends on."""
    files = [
        (u.id, u.source_path, u.source_size, u.source_version, u.start, u.end, u.channel)
        for u in planned
        if u.dropped is None
    ]
    return [audio_versions(), asdict(options), spec.max_duration, files]


def _fingerprint(inputs: object) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


@cache
def _parquet_columns() -> list[str]:
    """Paths of the Parquet columns of a record, nested ones included."""
    empty = pa.BufferOutputStream()
    pq.write_table(RECORD.empty_table(), empty)
    schema = pq.ParquetFile(pa.BufferReader(empty.getvalue())).schema
    return [schema.column(index).path for index in range(len(schema))]
