"""Accounts of a dataset: every utterance that was found is in a shard or in a receipt.

What was found is counted where corpora are indexed, or by an earlier build, and never from what
lies in the folder: a shard or a receipt that is missing there would be missing on both sides.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from pipeline.common.count import count
from pipeline.common.errors import DataError
from pipeline.dataset.build_state import is_unfinished
from pipeline.dataset.manifest import CorpusManifest, Manifest
from pipeline.dataset.rejects import read_rejects
from pipeline.planning.shard_names import unwritten_shard
from pipeline.shards.deduplication import DUPLICATE_REASONS
from pipeline.shards.receipts import (
    RejectRow,
    ShardReceipt,
    list_receipts,
    read_receipt,
    shard_path,
    write_receipt,
)
from pipeline.storage import files as storage


def check_accounts(output: str, receipts: Iterable[ShardReceipt], found: Mapping[str, int]) -> None:
    """Checks that receipts account for every utterance that was found.

    Args:
        output: The dataset folder.
        receipts: Receipts of all shards that are to stay.
        found: Utterances found, by corpus.

    Raises:
        DataError: They do not.
    """
    accounted = Counter[str]()
    for receipt in receipts:
        accounted[receipt.corpus] += receipt.found
    for corpus, utterances in found.items():
        if accounted[corpus] != utterances:
            raise DataError(
                f"{output}: corpus {corpus}: {count(utterances, 'clip was', 'clips were')} found, "
                f"but the receipts in .build account for {accounted[corpus]:,}; build corpus "
                f"{corpus} again: what is there and whole is not made anew"
            )


def count_usable(receipts: Iterable[ShardReceipt], found: Mapping[str, int]) -> dict[str, int]:
    """Utterances of every corpus that were left in before audio was read, as published ones are.

    Args:
        receipts: Receipts of all shards.
        found: Utterances found, by corpus.
    """
    usable = Counter(found)
    for receipt in receipts:
        for row in receipt.unwritten:
            of_audio = row.stage == "audio" or row.reason in DUPLICATE_REASONS
            usable[receipt.corpus] -= not of_audio
    return dict(usable)


def restore_receipts(output: str, manifest: Manifest | None, built: Collection[str] = ()) -> None:
    """Makes missing receipts anew, as after a copy without the hidden folder ``.build``.

    The next build of the corpus makes the shards of such receipts anew.

    Args:
        output: The dataset folder.
        manifest: Manifest of the dataset; None where there is none.
        built: Corpora that are about to be built, which writes their receipts.

    Raises:
        DataError: More is missing than can be made anew, or all that names the corpora.
    """
    names = list_receipts(output)
    if manifest is None:
        _check_none_forgotten(output, names, built)
        return
    kept = {corpus: entry for corpus, entry in manifest.corpora.items() if corpus not in built}
    read = storage.map_files(
        output,
        lambda shard: read_receipt(output, shard),
        [name for name in names if name.split("/")[0] in kept],
    )
    receipts = [receipt for receipt in read if receipt]
    for corpus, entry in kept.items():
        own = [receipt for receipt in receipts if receipt.corpus == corpus]
        lost = {shard.name for shard in entry.shards} - {receipt.shard for receipt in own}
        if lost or sum(receipt.found for receipt in own) != entry.found:
            _restore_corpus(output, corpus, entry, own)


def _check_none_forgotten(output: str, shards: Iterable[str], built: Collection[str]) -> None:
    """Checks that no corpus would be deleted only because the manifest is missing."""
    forgotten = sorted({shard.split("/")[0] for shard in shards} - set(built))
    if forgotten and not is_unfinished(output):
        raise DataError(
            f"{output}: manifest.json is missing, though shards of {', '.join(forgotten)} lie "
            "there; copy it from where the dataset came from, or build these corpora, too"
        )


def _restore_corpus(
    output: str, corpus: str, entry: CorpusManifest, own: Collection[ShardReceipt]
) -> None:
    """Makes receipts of shards anew from the manifest, and those of other clips from rejects."""
    known = {receipt.shard: receipt for receipt in own}
    for shard in entry.shards:
        if shard.name in known:
            continue
        if storage.file_size(shard_path(output, shard.name)) != shard.bytes:
            raise DataError(
                f"{output}/{shard.path}: missing, or not the shard that the manifest names, and so "
                f"is its receipt; build corpus {corpus}, too, or copy the dataset again"
            )
        known[shard.name] = _receipt(shard.name, shard.rows, shard.bytes, shard.xxh3)
    accounted = {row for receipt in known.values() for row in receipt.unwritten}
    rows = read_rejects(output)
    unaccounted = [row for row in rows if row.corpus == corpus and row not in accounted]
    if unaccounted:
        name = unwritten_shard(corpus)
        earlier = known[name].unwritten if name in known else ()
        known[name] = _receipt(name, 0, 0, "", (*earlier, *unaccounted))
    total = sum(receipt.found for receipt in known.values())
    if total != entry.found:
        raise DataError(
            f"{output}: corpus {corpus}: {count(entry.found, 'clip was', 'clips were')} found, "
            f"but shards, receipts and rejects.parquet account for {total:,}; build corpus "
            f"{corpus}, too, or copy the dataset again, whole"
        )
    for receipt in known.values():
        if not any(receipt is earlier for earlier in own):
            write_receipt(output, receipt)


def _receipt(
    shard: str, rows: int, size: int, xxh3: str, unwritten: tuple[RejectRow, ...] = ()
) -> ShardReceipt:
    """A receipt that does not state what the shard was made from."""
    return ShardReceipt(shard, "", "", rows, size, xxh3, unwritten)
