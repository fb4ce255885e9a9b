"""Equal audio: found by the checksum of the processed samples, and kept out of two splits.

Near-duplicates and clips of one person under two ids are treated alike, where they are known. If a
corpus gives equal audio two labels, all of it is removed: nobody knows which label is right.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.shards.parquet import read_shard
from pipeline.shards.receipts import RejectRow, ShardReceipt
from pipeline.shards.rewrite import rewrite_shard

DUPLICATE_REASONS: Mapping[str, str] = {
    "contradictory_labels": "equal audio is labelled {labels} in this corpus",
    "duplicate_across_splits": "the same audio as {kept}",
    "near_duplicate_across_splits": "by its audio fingerprint the same recording as {kept}",
    "same_person_across_splits": "by the clips they share the same person as that of {kept}",
}
"""Reason for removing a row because of others → the detail that rejects.parquet states."""

_KEPT_FIRST = {"test": 0, "validation": 1, "train": 2}


def find_duplicates(rows: pd.DataFrame) -> list[list[str]]:
    """Ids of utterances whose audio is equal, in groups; groups and ids are sorted."""
    repeated = rows[rows.duplicated("audio_xxh3", keep=False)]
    return sorted(sorted(group) for _, group in repeated.groupby("audio_xxh3")["id"])


def find_crossing(rows: pd.DataFrame, by: str = "audio_xxh3") -> pd.DataFrame:
    """Rows to drop so that nothing that belongs together is in two splits.

    Where copies are in several splits, the test split keeps its own, then validation: a model
    must not be trained on what it is tested with.

    Args:
        rows: Metadata of all rows.
        by: Column whose equal values belong together; rows without one belong to nothing.

    Returns:
        The rows to drop, with ``kept``, the id of an utterance that stays instead.
    """
    repeated = rows[rows.duplicated(by, keep=False) & rows[by].notna()]
    rank = repeated["split"].map(_KEPT_FIRST)
    best = rank.groupby(repeated[by]).transform("min")
    kept = repeated[rank == best].groupby(by)["id"].min()
    dropped = repeated[rank != best]
    return dropped.assign(kept=dropped[by].map(kept))


def find_contradicting(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of equal audio to which their corpus gives more than one category.

    Args:
        rows: Metadata of all rows.

    Returns:
        Those rows, with ``labels``: all that the audio has.
    """
    repeated = rows[rows.duplicated(["corpus", "audio_xxh3"], keep=False)]
    labels = repeated.groupby(["corpus", "audio_xxh3"])["emotion"]
    disputed = repeated[labels.transform("nunique") > 1]
    stated = disputed.groupby(["corpus", "audio_xxh3"])["emotion"].transform(
        lambda found: " or ".join(map(repr, sorted(set(found.dropna()))))
    )
    return disputed.assign(labels=stated)


def remove_duplicates(
    output: str,
    receipts: list[ShardReceipt],
    rows: pd.DataFrame,
    recordings: Mapping[str, int] = MappingProxyType({}),
    persons: Mapping[str, int] = MappingProxyType({}),
    on_removed: Callable[[pa.Table], object] = lambda rows: None,
) -> tuple[list[ShardReceipt], pd.DataFrame]:
    """Removes the rows that :func:`find_removals` names from their shards.

    The receipts of these shards lose their digest, so that the next build makes them anew: whether
    a row is a duplicate depends on the other rows.

    Args:
        output: The dataset folder.
        receipts: Receipts of all shards.
        rows: Metadata of all rows, with ``shard``.
        recordings: Recordings, as for :func:`find_removals`.
        persons: Persons, as for :func:`find_removals`.
        on_removed: Called with the rows that leave a shard, their audio included.

    Returns:
        Receipts and metadata as they are afterwards.
    """
    dropped = find_removals(rows, recordings, persons)
    if dropped.empty:
        return receipts, rows
    by_shard = {str(shard): part for shard, part in dropped.groupby("shard")}
    after = [
        _rewrite(output, receipt, by_shard[receipt.shard], on_removed)
        if receipt.shard in by_shard
        else receipt
        for receipt in receipts
    ]
    return after, rows.drop(index=dropped.index)


def find_removals(
    rows: pd.DataFrame,
    recordings: Mapping[str, int] = MappingProxyType({}),
    persons: Mapping[str, int] = MappingProxyType({}),
) -> pd.DataFrame:
    """Rows that may not stay: of contradicting labels, or with a copy in a more important split.

    Args:
        rows: Metadata of all rows.
        recordings: Id → number of the recording, of clips that are known to have one in common.
        persons: Speaker → number of the person, of speakers who are known to be one.

    Returns:
        Those rows, with ``reason`` and what its words in :data:`DUPLICATE_REASONS` need.
    """
    parts = [find_contradicting(rows).assign(reason="contradictory_labels")]
    rest = rows.drop(index=parts[0].index)
    rest = rest.assign(recording=rest["id"].map(recordings), person=_persons_apart(rest, persons))
    for by, reason in (
        ("audio_xxh3", "duplicate_across_splits"),
        ("recording", "near_duplicate_across_splits"),
        ("person", "same_person_across_splits"),
    ):
        crossing = find_crossing(rest, by)
        parts.append(crossing.assign(reason=reason))
        rest = rest.drop(index=crossing.index)
    return pd.concat([part for part in parts if len(part)] or parts[:1])


def _persons_apart(rows: pd.DataFrame, persons: Mapping[str, int]) -> "pd.Series[float]":
    """Person of each row; none of speakers whose own clips may stand in several splits."""
    splits = rows.groupby("speaker")["split"].nunique()
    shared = set(splits[splits > 1].index)
    return rows["speaker"].map(
        {speaker: number for speaker, number in persons.items() if speaker not in shared}
    )


def _rewrite(
    output: str,
    receipt: ShardReceipt,
    dropped: pd.DataFrame,
    on_removed: Callable[[pa.Table], object],
) -> ShardReceipt:
    table = read_shard(output, receipt.shard, receipt.xxh3)
    facts = dropped.set_index("id")
    is_removed = pc.is_in(table["id"], value_set=pa.array(list(facts.index)))
    removed = table.filter(is_removed)
    on_removed(removed)
    columns = ["id", "corpus", "source_path", "label_native", "split"]
    rejects = [
        RejectRow(**row, **_reason(facts.loc[row["id"]]))
        for row in removed.select(columns).to_pylist()
    ]
    return rewrite_shard(output, receipt, table.filter(pc.invert(is_removed)), rejects, audio="")


def _reason(dropped: "pd.Series[str]") -> dict[str, Any]:
    """Why a row leaves its shard, as a reject row states it."""
    disputed = dropped["reason"] == "contradictory_labels"
    return {
        "status": "rejected" if disputed else "excluded",
        "stage": "audio" if disputed else "splits",
        "reason": dropped["reason"],
        "detail": DUPLICATE_REASONS[dropped["reason"]].format(**dropped),
    }
