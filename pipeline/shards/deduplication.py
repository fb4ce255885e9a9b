"""Equal audio: found by the checksum of the processed samples, and kept out of two splits.

Where a corpus gives equal audio two labels, nobody knows which is right: none of it stays.
"""

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.shards.parquet import read_shard
from pipeline.shards.receipts import RejectRow, ShardReceipt
from pipeline.shards.rewrite import rewrite_shard

_KEPT_FIRST = {"test": 0, "validation": 1, "train": 2}


def find_duplicates(rows: pd.DataFrame) -> list[list[str]]:
    """Ids of utterances whose audio is equal, in groups; groups and ids are sorted."""
    repeated = rows[rows.duplicated("audio_xxh3", keep=False)]
    return sorted(sorted(group) for _, group in repeated.groupby("audio_xxh3")["id"])


def find_crossing(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows to drop so that no audio is in two splits.

    Where copies are in several splits, the test split keeps its own, then validation: a model
    must not be trained on what it is tested with.

    Args:
        rows: Metadata of all rows.

    Returns:
        The rows to drop, with ``kept``, the id of the equal utterance that stays.
    """
    repeated = rows[rows.duplicated("audio_xxh3", keep=False)]
    rank = repeated["split"].map(_KEPT_FIRST)
    best = rank.groupby(repeated["audio_xxh3"]).transform("min")
    kept = repeated[rank == best].groupby("audio_xxh3")["id"].min()
    dropped = repeated[rank != best]
    return dropped.assign(kept=dropped["audio_xxh3"].map(kept))


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
    output: str, receipts: list[ShardReceipt], rows: pd.DataFrame
) -> tuple[list[ShardReceipt], pd.DataFrame]:
    """Removes from their shards the rows of :func:`find_contradicting` and :func:`find_crossing`.

    These shards lose their fingerprint: the next build makes them anew, since whether a row is a
    duplicate depends on what else is built.

    Args:
        output: The dataset folder.
        receipts: Of all shards.
        rows: Metadata of all rows, with ``shard``.

    Returns:
        Receipts and metadata as they are afterwards.
    """
    disputed = find_contradicting(rows)
    dropped = pd.concat([disputed, find_crossing(rows.drop(index=disputed.index))])
    if dropped.empty:
        return receipts, rows
    by_shard = {str(shard): part for shard, part in dropped.groupby("shard")}
    after = [
        _rewrite(output, receipt, by_shard[receipt.shard]) if receipt.shard in by_shard else receipt
        for receipt in receipts
    ]
    return after, rows.drop(index=dropped.index)


def _rewrite(output: str, receipt: ShardReceipt, dropped: pd.DataFrame) -> ShardReceipt:
    table = read_shard(output, receipt.shard, receipt.xxh3)
    facts = dropped.set_index("id")
    leaving = pc.is_in(table["id"], value_set=pa.array(list(facts.index)))
    columns = ["id", "corpus", "source_path", "label_native", "split"]
    left = [
        RejectRow(**row, **_reason(facts.loc[row["id"]]))
        for row in table.filter(leaving).select(columns).to_pylist()
    ]
    return rewrite_shard(output, receipt, table.filter(pc.invert(leaving)), left, audio="")


def _reason(dropped: "pd.Series[str]") -> dict[str, Any]:
    """Why a row leaves its shard, as a reject row states it."""
    if isinstance(labels := dropped.get("labels"), str):
        return {
            "status": "rejected",
            "stage": "audio",
            "reason": "contradictory_labels",
            "detail": f"equal audio is labelled {labels} in this corpus",
        }
    return {
        "status": "excluded",
        "stage": "splits",
        "reason": "duplicate_across_splits",
        "detail": f"the same audio as {dropped['kept']}",
    }
