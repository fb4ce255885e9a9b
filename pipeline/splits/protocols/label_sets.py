"""Label sets: which classes a protocol scores, and which of them a clip has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

from pipeline.schema.record import CLASSES

if TYPE_CHECKING:  # statements need no pandas
    import pandas as pd

NamedSet = Literal["six", "categories", "native", "four"]
"""Six classes of arousal and valence, shared categories, codes of the corpus, or the four of
IEMOCAP that most papers score."""

NAMED: tuple[NamedSet, ...] = get_args(NamedSet)

ProtocolSet = NamedSet | Literal["own"]
"""Or the classes that the protocol itself names."""

FOUR_CLASSES: Mapping[str, str] = {
    "anger": "anger",
    "happiness": "happiness",
    "excitement": "happiness",
    "sadness": "sadness",
    "neutral": "neutral",
}
"""Category → class, excitement merged into happiness; other clips are left out."""

MEANINGS: Mapping[ProtocolSet, str] = {
    "six": "six classes, arousal × valence",
    "categories": "categories shared by all corpora",
    "native": "codes of the corpus itself",
    "four": "anger, happiness with excitement, neutral, sadness",
    "own": "classes that the protocol names",
}


def class_column(
    rows: "pd.DataFrame", label_set: ProtocolSet, own: Mapping[str, str]
) -> "pd.Series[str]":
    """The class of every clip in a label set.

    Args:
        rows: Rows with ``label``, ``label_native`` and ``emotion``.
        label_set: Name of the label set.
        own: Native code or category → class, for the set ``own``.

    Returns:
        Names of classes, None where the set has no class for a clip.
    """
    if label_set == "native":
        return _as_text(rows["label_native"])
    if label_set == "categories":
        return _as_text(rows["emotion"])
    if label_set == "four":
        return _as_text(rows["emotion"].map(FOUR_CLASSES))
    if label_set == "own":
        by_code = rows["label_native"].map(own)
        return _as_text(by_code.where(by_code.notna(), rows["emotion"].map(own)))
    return _as_text(rows["label"].map(dict(enumerate(CLASSES))))


def _as_text(column: "pd.Series[str]") -> "pd.Series[str]":
    return column.astype(object).where(column.notna(), None)
