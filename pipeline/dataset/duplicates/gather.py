"""All pairs of a dataset: those of equal audio that lie there, and those known of before."""

from collections.abc import Collection, Iterable

import pandas as pd

from pipeline.dataset.duplicates.pair_table import Pair, PairedClip, PairTable
from pipeline.shards.deduplication import DUPLICATE_REASONS, find_duplicates
from pipeline.shards.receipts import ShardReceipt


def gather_pairs(
    earlier: PairTable, rows: pd.DataFrame, receipts: Iterable[ShardReceipt]
) -> list[Pair]:
    """Pairs of equal audio in the rows, and earlier ones of clips that are still known.

    Args:
        earlier: Pairs of the dataset as it was.
        rows: Metadata of all rows, before duplicates are removed.
        receipts: Receipts of all shards; they name what was removed before.

    Returns:
        Pairs, sorted, with their clips as the rows have them now.
    """
    clips = clips_of(rows)
    removed = {
        row.id
        for receipt in receipts
        for row in receipt.unwritten
        if row.reason in DUPLICATE_REASONS
    }
    pairs = {(pair.one.id, pair.other.id): pair for pair in _find_equal(rows, clips)}
    for pair in earlier.pairs:
        one, other = (_as_known(clip, clips, removed) for clip in (pair.one, pair.other))
        if one and other:
            pairs.setdefault((one.id, other.id), pair._replace(one=one, other=other))
    return sorted(pairs.values(), key=lambda pair: (pair.one.id, pair.other.id))


def clips_of(rows: pd.DataFrame) -> dict[str, PairedClip]:
    """Clips by id, as rows have them."""
    columns = rows[list(PairedClip._fields)].astype(object)
    known = columns.where(columns.notna(), None)
    return {clip.id: clip for clip in map(PairedClip._make, known.itertuples(index=False))}


def _find_equal(rows: pd.DataFrame, clips: dict[str, PairedClip]) -> Iterable[Pair]:
    """Pairs of equal audio: the first clip of a group with each of the others."""
    for group in find_duplicates(rows):
        first, *others = group
        yield from (Pair(clips[first], clips[other], "equal") for other in others)


def _as_known(
    clip: PairedClip, clips: dict[str, PairedClip], removed: Collection[str]
) -> PairedClip | None:
    """A clip as it is now, or as it was when it left; None where it is another or none."""
    now = clips.get(clip.id)
    if now is not None:
        return now if now.audio_xxh3 == clip.audio_xxh3 else None
    return clip if clip.id in removed else None
