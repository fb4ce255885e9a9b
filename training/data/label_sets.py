"""Label sets: rows of a dataset's own split with other classes than the six.

The six classes, the categories shared by all corpora, the codes of one corpus, the four classes of
IEMOCAP, or a mapping from codes or categories to classes. Folds of protocols have label sets of
their own (:mod:`training.data.protocols`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import RootModel

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from pipeline.specs.yaml_reader import load_yaml
from pipeline.splits.protocols.label_sets import FOUR_CLASSES, LabelSet, class_names
from training.data.index import load_index
from training.data.row_choice import EVERY_ROW, RowChoice

NamedSet = Literal["six", "categories", "native", "four"]
NAMED: tuple[NamedSet, ...] = ("six", "categories", "native", "four")

LabelChoice = NamedSet | Mapping[str, str]
"""A label set by its name, or native code or category → class; others are left out."""

MOST_CLASSES = 120
"""More are no classes of emotion but, say, names of clips."""


class _MappingFile(RootModel[dict[str, str]]):
    """The whole file: native code or category → class."""


def read_label_choice(text: str) -> LabelChoice:
    """A label set as a command line names it: by its name, or a YAML file with a mapping.

    Raises:
        UsageError: It is neither.
    """
    for name in NAMED:
        if text == name:
            return name
    if not text.endswith((".yaml", ".yml")):
        raise UsageError(
            f"label set {text!r}: expected {', '.join(NAMED)}, or a YAML file with lines such as "
            "`excitement: happiness`"
        )
    return load_yaml(Path(text), _MappingFile).root


def load_labelled(
    dataset: str | Path,
    label_set: LabelChoice,
    split: str | None = None,
    rows: RowChoice = EVERY_ROW,
    labels: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Reads the rows of a dataset that have a class of a label set.

    Args:
        dataset: Folder or URL.
        label_set: Which classes.
        split: ``train``, ``validation`` or ``test``; None for all.
        rows: Which rows.
        labels: Classes in index order; rows of others are left out. Default: those that occur in
            any split, sorted, or all that a mapping names.

    Returns:
        Rows whose ``label`` is an index of the classes, and the classes.

    Raises:
        UsageError: There is no such dataset, corpus or split; codes of several corpora are asked
            for; or there are too many classes.
        DataError: The dataset is damaged.
    """
    index = load_index(dataset, rows=rows, labelled=False, extra=("label_native",))
    there = sorted(set(index["corpus"]))
    if label_set == "native" and len(there) > 1:
        raise UsageError(
            f"label set native: codes mean something in one corpus only, found {', '.join(there)}: "
            "choose one of them, or the label set categories"
        )
    classes = _class_of(index, label_set)
    names = tuple(labels or _names(classes, label_set))
    if len(names) > MOST_CLASSES:
        raise UsageError(f"label set: {len(names):,} classes, expected {MOST_CLASSES} at most")
    index = index.assign(label=classes.map({name: n for n, name in enumerate(names)}))
    index = index[index["label"].notna()].astype({"label": "int64"})
    chosen = index if split is None else index[index["split"] == split]
    return chosen.reset_index(drop=True), names


def _class_of(index: pd.DataFrame, label_set: LabelChoice) -> "pd.Series[str]":
    """The class of every row; None where the set has none for it."""
    kind: LabelSet = label_set if isinstance(label_set, str) else "own"
    return class_names(index, kind, {} if isinstance(label_set, str) else label_set)


def _names(classes: "pd.Series[str]", label_set: LabelChoice) -> tuple[str, ...]:
    if label_set == "six":
        return CLASSES
    if label_set == "four":
        return tuple(sorted(set(FOUR_CLASSES.values())))
    if not isinstance(label_set, str):
        return tuple(sorted(set(label_set.values())))
    return tuple(sorted(set(classes.dropna())))
