"""Searches a finished dataset for near-duplicates, and keeps them out of different splits."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.common.errors import DataError
from pipeline.dataset.accounts import restore_receipts
from pipeline.dataset.build_state import is_unfinished
from pipeline.dataset.duplicates.belonging import belonging_together
from pipeline.dataset.duplicates.gather import gather_pairs
from pipeline.dataset.duplicates.near import audio_checksums, find_near_pairs
from pipeline.dataset.duplicates.pair_table import Pair, PairTable, read_pairs, write_pairs
from pipeline.dataset.finalize import finalize_dataset
from pipeline.dataset.manifest import Manifest, require_manifest
from pipeline.dataset.output_check import check_no_links
from pipeline.shards.deduplication import find_removals
from pipeline.shards.metadata_reader import read_metadata
from pipeline.shards.receipts import read_receipts
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.storage.folder_lock import lock_folder


def search_duplicates(
    output: str,
    scheme: EmotionScheme,
    join_speakers: bool = False,
    on_clips: Callable[[int], object] = lambda clips: None,
) -> Manifest:
    """Compares all clips of a dataset by audio fingerprints; reads no corpus.

    Of clips that hold the same recording and stand in several splits, those of the most important
    split stay, as with equal audio. Builds and relabelling keep to what was found.

    Args:
        output: The dataset folder.
        scheme: The shared categories.
        join_speakers: Whether speakers who share most of their clips are kept out of different
            splits, too: clips of the one leave where the other stands in a more important split.
        on_clips: Called with the number of clips of each shard after it was read.

    Returns:
        The manifest afterwards.

    Raises:
        UsageError: There is no dataset.
        DataError: A build of the dataset was interrupted, a shard is missing or damaged, or another
            process is writing to it.
    """
    check_no_links(output)
    with lock_folder(output, "exhubert duplicates"):
        if is_unfinished(output):
            raise DataError(
                f"{output}: a build of it was interrupted; build again first: that resumes"
            )
        manifest = require_manifest(output)
        restore_receipts(output, manifest)
        receipts = read_receipts(output)
        rows = read_metadata(output, receipts)
        near = find_near_pairs(output, receipts, rows, on_clips)
        known = _without_found_anew(read_pairs(output), set(rows["id"]))
        table = PairTable([*known.pairs, *near], {}, join_speakers)
        table = replace(table, pairs=gather_pairs(table, rows, receipts))
        removals = find_removals(rows, *belonging_together(table, rows))
        searched = audio_checksums(rows.drop(index=removals.index))
        write_pairs(output, replace(table, searched=searched))
        shards = [receipt.shard for receipt in receipts]
        return finalize_dataset(output, shards, {}, scheme, manifest.audio, {})


def _without_found_anew(table: PairTable, written: set[str]) -> PairTable:
    """Pairs that no search finds again, since a clip of theirs has left the dataset."""

    def is_lost(pair: Pair) -> bool:
        return pair.kind == "equal" or not {pair.one.id, pair.other.id} <= written

    return replace(table, pairs=list(filter(is_lost, table.pairs)))
