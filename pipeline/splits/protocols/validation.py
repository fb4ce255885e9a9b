"""The validation part of a fold that states none: drawn from its train part."""

import pandas as pd

from pipeline.splits.partition import TRAIN_VALIDATION_FRACTIONS, hash_split
from pipeline.splits.protocols.whole_groups import assign_whole


def draw_validation(rows: pd.DataFrame, seed: int = 0) -> list[str]:
    """Ids of the clips of a train part that become its validation part.

    About 15 % of the clips, whole speakers, at the shares of classes that all of them have
    (:func:`pipeline.splits.protocols.whole_groups.assign_whole`); clips of unknown speakers stay
    in training. With fewer than two known speakers, single clips are drawn by a hash of their id.

    Args:
        rows: Rows of one corpus: ``id``, ``corpus``, ``speaker`` and ``label``.
        seed: Another draw.
    """
    if rows.empty:
        return []
    known = rows["speaker"].notna()
    share = TRAIN_VALIDATION_FRACTIONS["validation"]
    if rows["speaker"].nunique() < 2:
        key = f"{rows['corpus'].iloc[0]}:{seed}"
        drawn = [hash_split(key, one, TRAIN_VALIDATION_FRACTIONS) for one in rows["id"]]
        return list(rows["id"][[part == "validation" for part in drawn]])
    wanted = [known.sum() * (1 - share), known.sum() * share]
    bins = assign_whole(rows["speaker"][known], rows["label"][known].astype(str), wanted, seed)
    return list(rows["id"][rows["speaker"].map(bins) == 1])
