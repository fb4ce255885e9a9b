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
from pipeline.dataset.card import make_card
from pipeline.dataset.croissant import make_croissant
from pipeline.dataset.manifest import (
    CorpusFacts,
    Manifest,
    build_manifest,
    facts_from_spec,
    manifest_path,
    read_manifest,
)
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

UNFINISHED = ".build/unfinished"
"""File that lies in a dataset folder from the start of a build until its manifest is written."""

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
    storage.delete(storage.join(output, UNFINISHED))
    return manifest


def mark_unfinished(output: str) -> None:
    """Notes in a dataset folder that a build has begun; :func:`finalize_dataset` takes it away."""
    storage.write_atomic(storage.join(output, UNFINISHED), b"")


def is_unfinished(output: str) -> bool:
    """Whether a build of a dataset has begun and not come to its end."""
    return storage.file_size(storage.join(output, UNFINISHED)) is not None


def verify_finished(output: str, corpora: Iterable[str]) -> Manifest:
    """Checks what a runner says it has done against what lies in the folder.

    Args:
        output: The dataset folder.
        corpora: Ids of all corpora that were to be built.

    Raises:
        DataError: The build did not come to its end, or something of it is missing.
    """
    manifest = read_manifest(output)
    if manifest is None or is_unfinished(output):
        raise DataError(
            f"{output}: the runner ended without finishing the dataset; see its log, and build "
            "again: that resumes"
        )
    if absent := sorted(set(corpora) - manifest.corpora.keys()):
        raise DataError(f"{output}: corpora missing from the manifest: {', '.join(absent)}")
    for name, corpus in manifest.corpora.items():
        if not corpus.adds_up:
            raise DataError(
                f"{output}: corpus {name}: {corpus.found:,} clips found, but written, excluded and "
                f"rejected are {corpus.written:,} + {sum(corpus.excluded.values()):,} + "
                f"{sum(corpus.rejected.values()):,}; build again"
            )
        paths = [storage.join(output, shard.path) for shard in corpus.shards]
        sizes = storage.map_files(output, storage.file_size, paths)
        for shard, size in zip(corpus.shards, sizes, strict=True):
            if size != shard.bytes:
                lies = "nothing" if size is None else f"{size:,} bytes"
                raise DataError(
                    f"{output}/{shard.path}: {lies} where the manifest has {shard.bytes:,} bytes; "
                    "build again"
                )
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
