"""Protocols of a dataset: files of folds beside its shards, named by the manifest.

They are made from the metadata of rows, so adding one reads no audio. Every build and relabelling
makes those anew that the dataset has, and adds those whose folds come with exhubert.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

import pandas as pd
from xxhash import xxh3_128_hexdigest

from pipeline.common.errors import DataError, UsageError
from pipeline.common.release import UNNAMED
from pipeline.dataset.build_state import is_unfinished
from pipeline.dataset.descriptions import write_descriptions
from pipeline.dataset.duplicates.belonging import near_recordings
from pipeline.dataset.duplicates.pair_table import PairTable, read_pairs
from pipeline.dataset.kept_specs import read_kept_spec
from pipeline.dataset.manifest import Manifest, require_manifest
from pipeline.dataset.output_check import check_no_links
from pipeline.dataset.versioning import name_release
from pipeline.shards.metadata_reader import read_shard_metadata
from pipeline.shards.receipts import ShardReceipt, shard_path
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.published_protocols import published_corpora, published_names
from pipeline.splits.protocols.folds import NoFoldsError
from pipeline.splits.protocols.names import INDEPENDENT, ProtocolName, describe_rule, parse_name
from pipeline.splits.protocols.protocol import write_table
from pipeline.splits.protocols.rules import (
    CorpusProtocols,
    field_column,
    fields_needed,
    knows,
    make_corpus_folds,
)
from pipeline.splits.protocols.statement import (
    FOLDER,
    CorpusFolds,
    ProtocolStatement,
    protocol_path,
)
from pipeline.storage import files as storage
from pipeline.storage.folder_lock import lock_folder

_COLUMNS = (
    *("id", "corpus", "split", "speaker", "label", "label_native", "emotion"),
    *("audio_xxh3", "annotations"),
)

CorpusPart = tuple[CorpusFolds, pd.DataFrame]
"""Folds of a corpus, and its rows of a protocol's file."""


def change_protocols(
    output: str, add: Sequence[str] = (), remove: Collection[str] = ()
) -> Manifest:
    """Adds protocols to a dataset, or makes them anew, and removes others; reads no audio.

    Args:
        output: The dataset folder.
        add: Names of protocols.
        remove: Names of protocols.

    Returns:
        The manifest afterwards; its version is raised where a protocol is another than before.

    Raises:
        UsageError: There is no dataset, no such protocol, or one that fits none of its corpora.
        DataError: A build of it was interrupted, or another process is writing to it.
    """
    names = [parse_name(name) for name in add]
    check_no_links(output)
    with lock_folder(output, "exhubert protocols"):
        if is_unfinished(output):
            raise DataError(f"{output}: a build of it was interrupted; build again: that resumes")
        manifest = require_manifest(output)
        if unknown := sorted(set(remove) - manifest.protocols.keys()):
            there = ", ".join(manifest.protocols) or "none"
            raise UsageError(f"{output} has no protocol {unknown[0]!r}; it has {there}")
        shards = {
            corpus: [shard.name for shard in entry.shards]
            for corpus, entry in manifest.corpora.items()
        }
        made = make_protocols(output, shards, read_specs(output, manifest.corpora), names)
        for name in names:
            _check_fits(output, name, made[name.full])
        statements = {**manifest.protocols, **{name.full: made[name.full][0] for name in names}}
        statements = {name: one for name, one in statements.items() if name not in remove}
        for name in names:
            storage.write_atomic(protocol_path(output, name.full), made[name.full][1])
        changed = manifest.model_copy(update={"protocols": dict(sorted(statements.items()))})
        manifest = name_release(changed, manifest, UNNAMED)
        write_descriptions(output, manifest)
        _delete_others(output, statements)
    return manifest


def update_protocols(
    output: str,
    earlier: Manifest | None,
    receipts: Iterable[ShardReceipt],
    specs: Mapping[str, CorpusSpec],
    corpora: Iterable[str],
) -> dict[str, ProtocolStatement]:
    """Makes the protocols of a dataset anew after its rows have changed.

    Args:
        output: The dataset folder.
        earlier: Manifest before; None for a new dataset.
        receipts: Receipts of all shards.
        specs: Specs of the corpora just built or relabelled; others are read from the dataset.
        corpora: All corpora of the dataset.

    Returns:
        Name → statement for the manifest. Protocols that fit no corpus any more are removed.
    """
    corpora = sorted(corpora)
    published = [
        name
        for protocol in published_names()
        if set(corpora) & set(published_corpora(protocol))
        for name in (protocol, protocol + INDEPENDENT)
    ]
    names = sorted({*(earlier.protocols if earlier else ()), *published})
    kept = read_specs(output, [corpus for corpus in corpora if corpus not in specs])
    shards: dict[str, list[str]] = {}
    for receipt in receipts:
        if receipt.size:
            shards.setdefault(receipt.corpus, []).append(receipt.shard)
    made = make_protocols(output, shards, {**kept, **specs}, [parse_name(one) for one in names])
    made = {name: one for name, one in made.items() if one[0].corpora}
    for name, (_, content) in made.items():
        storage.write_atomic(protocol_path(output, name), content)
    _delete_others(output, made)
    return {name: statement for name, (statement, _) in made.items()}


def make_protocols(
    output: str,
    shards: Mapping[str, Sequence[str]],
    specs: Mapping[str, CorpusSpec],
    names: Sequence[ProtocolName],
) -> dict[str, tuple[ProtocolStatement, bytes]]:
    """Makes protocols from the metadata of a dataset's rows.

    Args:
        output: The dataset folder.
        shards: Corpus → names of its shards.
        specs: Corpus → spec; of a corpus without one only speakers are known.
        names: Names of the protocols.

    Returns:
        Name → statement and content of the file.
    """
    parts: dict[str, dict[str, CorpusPart | str]] = {name.full: {} for name in names}
    pairs = read_pairs(output) if names else PairTable()
    for corpus in sorted(corpus for corpus, own in shards.items() if own):
        known = describe_corpus(specs[corpus]) if corpus in specs else CorpusProtocols({})
        fitting = [name for name in names if knows(name, known)]
        if not fitting:
            continue
        fields = {field for name in fitting for field in fields_needed(name, known)}
        rows = _read_rows(output, shards[corpus], fields)
        recordings = near_recordings(pairs, corpus, rows)
        for name in fitting:
            parts[name.full][corpus] = fold_corpus(name, rows, known, recordings)
    return {name.full: _assemble(name, parts[name.full]) for name in names}


def describe_corpus(spec: CorpusSpec) -> CorpusProtocols:
    """Facts about a corpus that protocols need."""
    return CorpusProtocols(spec.all_protocols, bool(spec.splits.stated_parts))


def read_specs(output: str, corpora: Iterable[str]) -> dict[str, CorpusSpec]:
    """Specs by which corpora of a dataset were built, of those that it keeps."""
    specs = {corpus: read_kept_spec(output, corpus) for corpus in corpora}
    return {corpus: spec for corpus, spec in specs.items() if spec}


def fold_corpus(
    name: ProtocolName,
    rows: pd.DataFrame,
    corpus: CorpusProtocols,
    recordings: Mapping[str, int] | None = None,
) -> CorpusPart | str:
    """The folds of a corpus and its rows of the protocol's file; or why it has none."""
    try:
        return make_corpus_folds(name, rows, corpus, recordings)
    except NoFoldsError as error:
        return str(error)


def state_protocol(name: ProtocolName, parts: Mapping[str, CorpusPart | str]) -> ProtocolStatement:
    """A statement without a file, from what :func:`fold_corpus` gave for each corpus."""
    return ProtocolStatement(
        rule=describe_rule(name),
        corpora={corpus: part[0] for corpus, part in parts.items() if not isinstance(part, str)},
        left_out={corpus: part for corpus, part in parts.items() if isinstance(part, str)},
    )


def _assemble(
    name: ProtocolName, parts: Mapping[str, CorpusPart | str]
) -> tuple[ProtocolStatement, bytes]:
    tables = [part[1] for part in parts.values() if not isinstance(part, str)]
    content = write_table(tables)
    file = {
        "rows": sum(map(len, tables)),
        "bytes": len(content),
        "xxh3": xxh3_128_hexdigest(content),
    }
    return state_protocol(name, parts).model_copy(update=file), content


def _check_fits(output: str, name: ProtocolName, made: tuple[ProtocolStatement, bytes]) -> None:
    """Refuses a protocol that none of a dataset's corpora has folds of."""
    if made[0].corpora:
        return
    why = "; ".join(f"{corpus}: {reason}" for corpus, reason in made[0].left_out.items())
    raise UsageError(
        f"{output}: protocol {name.full} fits none of its corpora{f' ({why})' if why else ''}; "
        "expected loso, K-fold, session, official, emobox, or one that the spec of a corpus states"
    )


def _delete_others(output: str, stay: Collection[str]) -> None:
    """Deletes files of protocols that the dataset does not have any more."""
    for name in storage.list_names(storage.join(output, FOLDER)):
        if name.endswith(".parquet") and name.removesuffix(".parquet") not in stay:
            storage.delete(storage.join(output, FOLDER, name))


def _read_rows(output: str, shards: Sequence[str], fields: Collection[str]) -> pd.DataFrame:
    """Metadata of the rows of shards, sorted by id, with the annotations that are asked for."""
    frames = storage.map_files(output, partial(_read_shard, output, fields), list(shards))
    return pd.concat(frames).sort_values("id").reset_index(drop=True)


def _read_shard(output: str, fields: Collection[str], shard: str) -> pd.DataFrame:
    columns = [name for name in _COLUMNS if fields or name != "annotations"]
    frame = read_shard_metadata(shard_path(output, shard), columns)[columns]
    for field in sorted(fields):
        stated = [_annotation(pairs, field) for pairs in frame["annotations"]]
        frame[field_column(field)] = pd.Series(stated, index=frame.index, dtype=object)
    return frame.drop(columns="annotations", errors="ignore")


def _annotation(pairs: Iterable[Mapping[str, str]] | None, field: str) -> str | None:
    found = (pair["value"] for pair in (() if pairs is None else pairs) if pair["key"] == field)
    return next(found, None)
