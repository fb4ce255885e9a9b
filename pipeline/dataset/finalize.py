"""The last step of a build: from shards on disk to a dataset that others can read."""

from collections import Counter
from collections.abc import Iterable, Mapping
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
from pipeline.shards.deduplication import drop_crossing
from pipeline.shards.metadata_reader import read_metadata
from pipeline.shards.receipts import (
    INCOMPLETE,
    Receipt,
    RejectRow,
    read_receipts,
    receipt_path,
    shard_path,
)
from pipeline.shards.writer import repair_shard
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.storage import files as storage

_REJECTS = pa.schema([(field.name, pa.string()) for field in fields(RejectRow)])


def finalize_dataset(
    output: str,
    shards: Iterable[str],
    specs: Mapping[str, CorpusSpec],
    options: AudioOptions,
    policies: Mapping[str, str] = MappingProxyType({}),
) -> Manifest:
    """Removes stale shards, resolves duplicates, writes manifest, rejects, card and report.

    Can be repeated: it reads only what lies in the folder.

    Args:
        output: The dataset folder.
        shards: Names of all shards of the corpora just built.
        specs: Those corpora, by id.
        options: How clips are stored.
        policies: How corpora were split, by id, where not as their specs say now.

    Raises:
        DataError: A shard was written in parts.
    """
    storage.delete_leftovers(output)
    fresh = _check_shards_unique(shards)
    earlier = read_manifest(output)
    facts: dict[str, CorpusFacts] = dict(earlier.corpora) if earlier else {}
    for corpus, spec in specs.items():
        stated = facts_from_spec(spec)
        policy = policies.get(corpus, stated.split_policy)
        facts[corpus] = stated.model_copy(update={"split_policy": policy})
    receipts: list[Receipt] = []
    for receipt in read_receipts(output):
        kept = receipt.corpus in facts and receipt.corpus not in specs
        if kept or receipt.shard in fresh:
            interrupted = receipt.size == INCOMPLETE
            receipts.append(repair_shard(output, receipt) if interrupted else receipt)
        else:  # of another plan, or of a corpus whose first build never came to its end
            storage.delete(shard_path(output, receipt.shard))
            storage.delete(receipt_path(output, receipt.shard))
    receipts, rows = drop_crossing(output, receipts, read_metadata(output, receipts))
    manifest = build_manifest(facts, options, receipts, rows)
    storage.write_atomic(storage.join(output, "rejects.parquet"), _rejects(receipts))
    storage.write_atomic(storage.join(output, "README.md"), make_card(manifest).encode())
    storage.write_atomic(storage.join(output, "croissant.json"), make_croissant(manifest).encode())
    storage.write_atomic(
        manifest_path(output), (manifest.model_dump_json(indent=2) + "\n").encode()
    )
    write_report(output)
    mark_finished(output)
    return manifest


def _check_shards_unique(shards: Iterable[str]) -> set[str]:
    times = Counter(shards)
    if parts := {shard: count for shard, count in times.items() if count > 1}:
        shard, count = next(iter(sorted(parts.items())))
        raise DataError(
            f"shard {shard} was written {count} times, so its utterances were not gathered: a "
            "fault of the runner. On Dask, start workers with a nanny, or with one PYTHONHASHSEED"
        )
    return set(times)


def _rejects(receipts: Iterable[Receipt]) -> bytes:
    """Everything found and not written, as Parquet."""
    rows = [asdict(row) for receipt in receipts for row in receipt.unwritten]
    frame = pd.DataFrame(rows, columns=_REJECTS.names).sort_values(["id", "source_path"])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, _REJECTS, preserve_index=False), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content
