"""Relabelling: a changed label map applied to a dataset, without its corpora and their audio."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipeline.common.errors import DataError
from pipeline.dataset.accounts import restore_receipts
from pipeline.dataset.build_state import is_unfinished
from pipeline.dataset.finalize import finalize_dataset
from pipeline.dataset.manifest import Manifest, require_manifest
from pipeline.dataset.output_check import check_no_links
from pipeline.labels import label_utterance
from pipeline.schema.columns import stage_columns
from pipeline.schema.record import COLUMNS, Record
from pipeline.schema.utterance import RaterAnswer, Utterance
from pipeline.shards.parquet import read_shard
from pipeline.shards.receipts import (
    INCOMPLETE,
    RejectRow,
    ShardReceipt,
    read_receipts,
    to_reject_row,
)
from pipeline.shards.records import label_columns
from pipeline.shards.rewrite import rewrite_shard
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.storage.folder_lock import lock_folder


def relabel_dataset(
    output: str, specs: Mapping[str, CorpusSpec], scheme: EmotionScheme
) -> tuple[Manifest, int]:
    """Rewrites the label columns of a dataset by the specs as they are now.

    Rows whose code the map no longer has leave the dataset, with the reason; codes that it has only
    now need a build, since their audio was never decoded. Splits stay as they are.

    Args:
        output: The dataset folder.
        specs: Corpora to relabel, by id.
        scheme: The shared categories.

    Returns:
        The manifest afterwards, and the number of rows whose labels changed or that left.

    Raises:
        DataError: A build of the dataset was interrupted, or so much of the dataset is missing that
            its accounts can't be restored, or another process is writing to it.
    """
    check_no_links(output)
    with lock_folder(output, "exhubert relabel"):
        return _relabel(output, specs, scheme)


def _relabel(
    output: str, specs: Mapping[str, CorpusSpec], scheme: EmotionScheme
) -> tuple[Manifest, int]:
    if is_unfinished(output):
        raise DataError(f"{output}: a build of it was interrupted; build again first: that resumes")
    earlier = require_manifest(output)
    restore_receipts(output, earlier)
    changed = 0
    receipts = read_receipts(output)
    for receipt in receipts:
        if receipt.corpus in specs and receipt.size:
            changed += _relabel_shard(output, receipt, specs[receipt.corpus], scheme)
    shards = [receipt.shard for receipt in receipts]
    present = {corpus: earlier.corpora[corpus] for corpus in specs if corpus in earlier.corpora}
    found = {corpus: entry.found for corpus, entry in present.items()}
    agreement = {corpus: entry.agreement for corpus, entry in present.items()}
    policies = {corpus: entry.split_policy for corpus, entry in present.items()}
    notes = {corpus: entry.notes for corpus, entry in present.items()}
    manifest = finalize_dataset(
        output, shards, specs, scheme, earlier.audio, found, agreement, policies, notes
    )
    return manifest, changed


def _relabel_shard(
    output: str, receipt: ShardReceipt, spec: CorpusSpec, scheme: EmotionScheme
) -> int:
    """Relabels one shard and returns the number of rows that changed or left."""
    table = read_shard(output, receipt.shard, _checksum(receipt))
    columns = [name for name in table.column_names if name != "audio"]
    kept: list[int] = []
    labels: list[Record] = []
    left: list[RejectRow] = []
    for number, row in enumerate(table.select(columns).to_pylist()):
        utterance = label_utterance(_utterance(row), spec, scheme)
        if utterance.dropped is not None:
            left.append(to_reject_row(utterance, utterance.dropped))
            continue
        kept.append(number)
        labels.append(label_columns(utterance))
    stay = pa.array(kept, pa.int64())
    before = table.select(stage_columns(COLUMNS, "labels")).take(stay)
    after = pa.Table.from_pylist(labels, before.schema)
    # Both as stored: float32 ratings differ from freshly computed ones.
    changed: int = sum(a != b for a, b in zip(before.to_pylist(), after.to_pylist(), strict=True))
    if not changed and not left:
        return 0
    table = table.take(stay)
    for field in after.schema:
        index = table.column_names.index(field.name)
        table = table.set_column(index, field, after[field.name])
    # With the earlier map a build needs the rows that left: no audio fingerprint, so it redecodes.
    rewrite_shard(output, receipt, table, left, audio="" if left else receipt.audio)
    return changed + len(left)


def _checksum(receipt: ShardReceipt) -> str | None:
    """Checksum of the shard; None where an interrupted run may have rewritten it or not."""
    return None if receipt.size == INCOMPLETE else receipt.xxh3


def _utterance(row: Record) -> Utterance:
    """The utterance of a row, as far as labels depend on it."""
    return Utterance(
        id=row.get("id", ""),
        corpus=row.get("corpus", ""),
        dedup_key=row.get("id", ""),
        source_path=row.get("source_path", ""),
        source_size=0,
        source_version="",
        annotations={pair["key"]: pair["value"] for pair in row.get("annotations") or []},
        label_native=row.get("label_native"),
        raters=tuple(RaterAnswer(**_tuples(answer)) for answer in row.get("raters") or []),
        split=row.get("split"),
    )


def _tuples(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as it was before Parquet made lists of its codes."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in answer.items()}
