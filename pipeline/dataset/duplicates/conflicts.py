"""One recording under several labels: found among pairs, copies and tables."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from pipeline.dataset.duplicates.findings import LabelConflict
from pipeline.dataset.duplicates.groups import connect
from pipeline.dataset.duplicates.pair_table import Pair, PairedClip
from pipeline.shards.receipts import RejectRow, ShardReceipt

_FROM = {"copies_disagree": "copies", "rows_disagree": "tables"}
"""Reason of a rejection → where the labels that differ come from."""

_ABOUT_LABELS = re.compile(r"\b(label|emotion) is ")


def find_conflicts(
    pairs: Sequence[Pair], written: Collection[str], receipts: Iterable[ShardReceipt]
) -> list[LabelConflict]:
    """All conflicts of a dataset.

    Args:
        pairs: Clips that hold the same recording.
        written: Ids of the clips that are in the dataset.
        receipts: Receipts of all shards; they name copies and rows that were rejected.
    """
    unwritten = [row for receipt in receipts for row in receipt.unwritten]
    return [*_among_pairs(pairs, written), *find_disputed(unwritten)]


def _among_pairs(pairs: Sequence[Pair], written: Collection[str]) -> Iterator[LabelConflict]:
    clips = {clip.id: clip for pair in pairs for clip in (pair.one, pair.other)}
    equal = connect((pair.one.id, pair.other.id) for pair in pairs if pair.kind == "equal")
    equal_ids = {frozenset(group) for group in equal}
    for group in connect((pair.one.id, pair.other.id) for pair in pairs):
        labelled = [clips[name] for name in group if clips[name].emotion is not None]
        if len({clip.emotion for clip in labelled}) > 1:
            yield LabelConflict(
                clips={clip.id: clip.emotion or "" for clip in labelled},
                found="equal audio" if frozenset(group) in equal_ids else "near-duplicates",
                outcome=_outcome(labelled, written),
            )


def _outcome(clips: Sequence[PairedClip], written: Collection[str]) -> str:
    stay = sum(clip.id in written for clip in clips)
    return "kept" if stay == len(clips) else "excluded" if stay else "rejected"


def find_disputed(rows: Iterable[RejectRow]) -> Iterator[LabelConflict]:
    """Copies whose labels differ, and clips of which the rows of a table say different things.

    Args:
        rows: Utterances that were not written, for any reason.
    """
    disputed: dict[tuple[str, str, str], list[RejectRow]] = {}
    for row in rows:
        if row.reason in _FROM and _ABOUT_LABELS.search(row.detail):
            # Copies share what is said of them; rows of a table dispute about each clip for itself.
            clip = row.id if row.reason == "rows_disagree" else row.corpus
            disputed.setdefault((row.reason, clip, row.detail), []).append(row)
    for (reason, _, detail), found in sorted(disputed.items()):
        yield LabelConflict(
            clips={row.source_path: row.label_native or detail for row in found},
            found=_FROM[reason],
            outcome="rejected",
        )
