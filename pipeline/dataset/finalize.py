"""Last step of a build: from shards to a dataset with manifest, card, Croissant and report."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, fields
from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.dataset.build_state import mark_finished
from pipeline.dataset.card import make_card
from pipeline.dataset.croissant import make_croissant
from pipeline.dataset.manifest import CorpusFacts, Manifest, manifest_path, read_manifest
from pipeline.dataset.manifest_builder import build_manifest, facts_from_spec
from pipeline.dataset.report import write_report
from pipeline.shards.deduplication import remove_cross_split_duplicates
from pipeline.shards.metadata_reader import read_metadata
from pipeline.shards.receipts import (
    INCOMPLETE,
    RejectRow,
    ShardReceipt,
    read_receipts,
    receipt_path,
    shard_path,
)
from pipeline.shards.rewrite import repair_shard
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.storage import files as storage

_REJECTS = pa.schema([(field.name, pa.string()) for field in fields(RejectRow)])


def finalize_dataset(
    output: str,
    shards: Iterable[str],
    specs: Mapping[str, CorpusSpec],
    options: AudioOptions,
    policies: Mapping[str, str] = MappingProxyType({}),
    report: bool = True,
) -> Manifest:
    """Removes stale shards, resolves duplicates, writes manifest, rejects, card and report.

    Can be repeated: it reads nothing but the folder.

    Args:
        output: The dataset folder.
        shards: Names of all shards of the corpora just built.
        specs: Those corpora, by id.
        options: How clips are stored.
        policies: How corpora were split, by id, where not as their specs say now.
        report: Whether to write the report, too; the caller does otherwise.

    Raises:
        DataError: A shard was written in parts.
    """
    storage.delete_leftovers(output)
    fresh = _check_shards_unique(shards)
    facts = _gather_facts(output, specs, policies)
    kept_corpora = facts.keys() - specs.keys()
    receipts = _delete_stale_shards(output, fresh, kept_corpora)
    receipts, rows = remove_cross_split_duplicates(
        output, receipts, read_metadata(output, receipts)
    )
    manifest = build_manifest(facts, options, receipts, rows)
    storage.write_atomic(storage.join(output, "rejects.parquet"), _rejects(receipts))
    storage.write_atomic(storage.join(output, "README.md"), make_card(manifest).encode())
    storage.write_atomic(storage.join(output, "croissant.json"), make_croissant(manifest).encode())
    storage.write_atomic(
        manifest_path(output), (manifest.model_dump_json(indent=2) + "\n").encode()
    )
    if report:
        write_report(output, manifest)
    mark_finished(output)
    return manifest


def _gather_facts(
    output: str, specs: Mapping[str, CorpusSpec], policies: Mapping[str, str]
) -> dict[str, CorpusFacts]:
    """Facts about every corpus in the folder: those just built, and those of the manifest."""
    earlier = read_manifest(output)
    facts: dict[str, CorpusFacts] = dict(earlier.corpora) if earlier else {}
    for corpus, spec in specs.items():
        stated = facts_from_spec(spec)
        policy = policies.get(corpus, stated.split_policy)
        facts[corpus] = stated.model_copy(update={"split_policy": policy})
    return facts


def _delete_stale_shards(
    output: str, fresh: Collection[str], kept_corpora: Collection[str]
) -> list[ShardReceipt]:
    """Deletes shards of other plans and of corpora whose first build was never finished.

    Args:
        output: The dataset folder.
        fresh: Names of all shards of the corpora just built.
        kept_corpora: Corpora whose shards stay as they are.

    Returns:
        Receipts of the other shards, those that were interrupted repaired.
    """
    receipts = []
    for receipt in read_receipts(output):
        if receipt.corpus in kept_corpora or receipt.shard in fresh:
            interrupted = receipt.size == INCOMPLETE
            receipts.append(repair_shard(output, receipt) if interrupted else receipt)
        else:
            storage.delete(shard_path(output, receipt.shard))
            storage.delete(receipt_path(output, receipt.shard))
    return receipts


def _check_shards_unique(shards: Iterable[str]) -> set[str]:
    times = Counter(shards)
    if parts := {shard: count for shard, count in times.items() if count > 1}:
        shard, count = next(iter(sorted(parts.items())))
        raise DataError(
            f"shard {shard} was written {count} times: the runner did not group its utterances by "
            "key. On Dask, start workers with a nanny, or with one PYTHONHASHSEED"
        )
    return set(times)


def _rejects(receipts: Iterable[ShardReceipt]) -> bytes:
    """Rows of ``rejects.parquet``: every utterance found and not written."""
    rows = [asdict(row) for receipt in receipts for row in receipt.unwritten]
    frame = pd.DataFrame(rows, columns=_REJECTS.names).sort_values(["id", "source_path"])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, _REJECTS, preserve_index=False), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content
