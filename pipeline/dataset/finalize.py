"""Last step of a build: from shards to a dataset with manifest, card, Croissant and report."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError
from pipeline.common.release import UNNAMED, Release
from pipeline.dataset.accounts import check_accounts, count_usable
from pipeline.dataset.build_state import mark_finished
from pipeline.dataset.descriptions import write_descriptions
from pipeline.dataset.duplicates.belonging import belonging_together
from pipeline.dataset.duplicates.gather import gather_pairs
from pipeline.dataset.duplicates.pair_table import PairTable, read_pairs, write_pairs
from pipeline.dataset.kept_specs import keep_specs
from pipeline.dataset.manifest import CorpusFacts, CorpusManifest, Manifest, read_manifest
from pipeline.dataset.manifest_builder import build_manifest, facts_from_spec
from pipeline.dataset.protocols import update_protocols
from pipeline.dataset.rejects import write_rejects
from pipeline.dataset.report.page import write_report
from pipeline.dataset.report.removed_audio import choose_removed_audio
from pipeline.dataset.versioning import name_release
from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes
from pipeline.raters.agreement import Agreement
from pipeline.shards.deduplication import remove_duplicates
from pipeline.shards.metadata_reader import read_metadata
from pipeline.shards.receipts import (
    INCOMPLETE,
    ShardReceipt,
    read_receipts,
    receipt_path,
    shard_path,
    write_receipt,
)
from pipeline.shards.rewrite import repair_shard
from pipeline.shards.writer import delete_empty_shard
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.storage import files as storage


def finalize_dataset(
    output: str,
    shards: Iterable[str],
    specs: Mapping[str, CorpusSpec],
    scheme: EmotionScheme,
    options: AudioOptions,
    found: Mapping[str, int],
    agreement: Mapping[str, Mapping[str, Agreement]] = MappingProxyType({}),
    policies: Mapping[str, str] = MappingProxyType({}),
    notes: Mapping[str, CorpusNotes] = MappingProxyType({}),
    report: bool = True,
    release: Release = UNNAMED,
) -> Manifest:
    """Removes stale shards, resolves duplicates, writes manifest, rejects, card and report.

    Can be repeated: it reads nothing but the folder.

    Args:
        output: The dataset folder.
        shards: Names of all shards of the corpora just built.
        specs: Specs of those corpora, by id.
        scheme: The shared categories.
        options: Options by which clips are stored.
        found: Utterances of those corpora, counted when they were indexed.
        agreement: Corpus → agreement of its raters over all that was found.
        policies: Corpus → split policy, where it differs from that of the spec.
        notes: Corpus → notes on its index.
        report: Whether to write the report, too; otherwise the caller does.
        release: Title, version and date, as far as they are stated.

    Raises:
        DataError: A shard was written in parts, or something of what was written is missing.
    """
    storage.delete_leftovers(output)
    fresh = _check_shards_unique(shards)
    earlier = read_manifest(output)
    before = earlier.corpora if earlier else {}
    kept = {corpus: entry for corpus, entry in before.items() if corpus not in specs}
    found = {corpus: entry.found for corpus, entry in kept.items()} | dict(found)
    receipts = _delete_stale_shards(output, fresh, kept, found)
    receipts, rows, pairs = _resolve_duplicates(
        output, receipts, _find_not_redistributable(specs, kept)
    )
    usable = count_usable(receipts, found)
    facts = {**kept, **_state_facts(specs, policies, usable, agreement, notes)}
    protocols = update_protocols(output, earlier, receipts, specs, facts)
    counted = build_manifest(facts, options, receipts, rows, found, protocols, pairs)
    manifest = name_release(counted, earlier, release)
    write_rejects(output, receipts)
    keep_specs(output, specs, scheme, kept)
    write_descriptions(output, manifest)
    if report:
        write_report(output, manifest)
    mark_finished(output)
    return manifest


def _resolve_duplicates(
    output: str, receipts: list[ShardReceipt], not_redistributable: Collection[str]
) -> tuple[list[ShardReceipt], pd.DataFrame, PairTable]:
    """Removes duplicates, near ones as far as they are known: receipts, rows and pairs then."""
    rows = read_metadata(output, receipts)
    known = read_pairs(output)
    pairs = replace(known, pairs=gather_pairs(known, rows, receipts))
    write_pairs(output, pairs)  # first: an interruption must not lose the pairs
    removed_audio = choose_removed_audio(output, pairs.pairs, rows["id"], not_redistributable)
    together = belonging_together(pairs, rows)
    receipts, rows = remove_duplicates(output, receipts, rows, *together, removed_audio.take)
    removed_audio.keep()  # without those that no pair names any more
    return receipts, rows, pairs


def _find_not_redistributable(
    specs: Mapping[str, CorpusSpec], kept: Mapping[str, CorpusManifest]
) -> set[str]:
    """Corpora that may not be passed on, or whose terms do not say."""
    terms = {corpus: entry.redistribute for corpus, entry in kept.items()}
    terms |= {corpus: spec.licence.redistribute for corpus, spec in specs.items()}
    return {corpus for corpus, allowed in terms.items() if allowed is not True}


def _state_facts(
    specs: Mapping[str, CorpusSpec],
    policies: Mapping[str, str],
    usable: Mapping[str, int],
    agreement: Mapping[str, Mapping[str, Agreement]],
    notes: Mapping[str, CorpusNotes],
) -> dict[str, CorpusFacts]:
    """Facts about the corpora just built."""
    stated = {
        corpus: facts_from_spec(
            spec, usable[corpus], agreement.get(corpus, {}), notes.get(corpus, NO_NOTES)
        )
        for corpus, spec in specs.items()
    }
    return {
        corpus: facts.model_copy(update={"split_policy": policies.get(corpus, facts.split_policy)})
        for corpus, facts in stated.items()
    }


def _delete_stale_shards(
    output: str,
    fresh: Collection[str],
    kept: Mapping[str, CorpusManifest],
    found: Mapping[str, int],
) -> list[ShardReceipt]:
    """Deletes shards of other plans and of corpora whose first build was never finished.

    Args:
        output: The dataset folder.
        fresh: Names of all shards of the corpora just built.
        kept: Corpora whose shards stay as they are.
        found: Utterances of every corpus.

    Returns:
        Receipts of the other shards, those that were interrupted repaired.

    Raises:
        DataError: The others do not account for all that was found; then nothing is deleted.
    """
    named = {shard.name for entry in kept.values() for shard in entry.shards}
    receipts = read_receipts(output, expected=named | set(fresh))
    stay: list[ShardReceipt] = []
    stale: list[ShardReceipt] = []
    for receipt in receipts:
        stays = receipt.corpus in kept or receipt.shard in fresh
        (stay if stays else stale).append(receipt)
    check_accounts(output, stay, found)
    for receipt in stale:
        storage.delete(shard_path(output, receipt.shard))
        storage.delete(receipt_path(output, receipt.shard))
    return [_complete(output, receipt) for receipt in stay]


def _complete(output: str, receipt: ShardReceipt) -> ShardReceipt:
    """Repairs a shard that was interrupted, and deletes the file of one without rows."""
    if receipt.size == INCOMPLETE:
        return repair_shard(output, receipt)
    if receipt.size and not receipt.rows:  # as earlier releases have left them
        receipt = replace(receipt, size=0, xxh3="")
        write_receipt(output, receipt)
    if not receipt.size:
        delete_empty_shard(output, receipt)
    return receipt


def _check_shards_unique(shards: Iterable[str]) -> set[str]:
    times = Counter(shards)
    if parts := {shard: count for shard, count in times.items() if count > 1}:
        shard, count = next(iter(sorted(parts.items())))
        raise DataError(
            f"shard {shard} was written {count} times: the runner did not group its utterances by "
            "key. On Dask, start workers with a nanny, or with one PYTHONHASHSEED"
        )
    return set(times)
