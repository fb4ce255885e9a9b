"""Label sets: which classes a protocol scores, and which of them a clip has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

from pipeline.schema.record import CLASSES

if TYPE_CHECKING:  # statements need no pandas
    import pandas as pd

LabelSet = Literal["six", "categories", "native", "four", "own"]
"""Six classes of arousal and valence, shared categories, codes of the corpus, the four of IEMOCAP
that most papers score, or those that the protocol names itself."""

LABEL_SETS: tuple[LabelSet, ...] = get_args(LabelSet)

FOUR_CLASSES: Mapping[str, str] = {
    "anger": "anger",
    "happiness": "happiness",
    "excitement": "happiness",
    "sadness": "sadness",
    "neutral": "neutral",
}
"""Category → class, excitement merged into happiness; other clips are left out."""

MEANINGS: Mapping[LabelSet, str] = {
    "six": "six classes, arousal × valence",
    "categories": "categories shared by all corpora",
    "native": "codes of the corpus itself",
    "four": "anger, happiness with excitement, neutral, sadness",
    "own": "classes that the protocol names",
}


def class_names(rows: "pd.DataFrame", labels: LabelSet, own: Mapping[str, str]) -> "pd.Series[str]":
    """The class of every clip in a label set.

    Args:
        rows: With ``label``, ``label_native`` and ``emotion``.
        labels: The label set.
        own: Native code or category → class, for the set ``own``.

    Returns:
        Names of classes, None where the set has no class for a clip.
    """
    if labels == "native":
        return _as_text(rows["label_native"])
    if labels == "categories":
        return _as_text(rows["emotion"])
    if labels == "four":
        return _as_text(rows["emotion"].map(FOUR_CLASSES))
    if labels == "own":
        by_code = rows["label_native"].map(own)
        return _as_text(by_code.where(by_code.notna(), rows["emotion"].map(own)))
    return _as_text(rows["label"].map(dict(enumerate(CLASSES))))


def _as_text(column: "pd.Series[str]") -> "pd.Series[str]":
    return column.astype(object).where(column.notna(), None)
