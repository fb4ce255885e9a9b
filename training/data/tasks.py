"""What is learnt and scored: classes in the dataset's own split, or in a fold of a protocol."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from training.data.index import load_index
from training.data.label_sets import NAMED, LabelChoice, load_labelled
from training.data.protocols import (
    FoldChoice,
    choose_fold_corpora,
    fold_labels,
    load_fold,
    read_protocol,
)
from training.data.row_choice import EVERY_ROW, RowChoice

Task = LabelChoice | FoldChoice
"""A label set, by the dataset's own split; or a fold, which has classes and parts of its own."""


def choose_task(label_set: LabelChoice, fold: FoldChoice | None) -> Task:
    """The task of a label set and a fold, of which a mapping may go with a fold.

    Raises:
        UsageError: Both say by their names which classes are scored.
    """
    if fold is None:
        return label_set
    if label_set == "six":
        return fold
    if label_set in NAMED:
        raise UsageError(
            f"{fold}: the name of a protocol says which classes it scores, as loso-categories "
            "does: leave the label set out"
        )
    return replace(fold, label_set=label_set)


def load_task(
    dataset: str | Path,
    task: Task,
    part: str | None = None,
    rows: RowChoice = EVERY_ROW,
    labels: Sequence[str] | None = None,
    also: Sequence[str] = (),
    extra: Sequence[str] = (),
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Reads the rows of a part that have a class.

    Args:
        dataset: Folder or URL.
        task: Which classes and parts.
        part: ``train``, ``validation`` or ``test``; None for all.
        rows: Which rows.
        labels: Classes in index order; default: those of the task in these corpora.
        also: Columns of which one alone keeps a row without a six-class label; with other classes
            all rows have one.
        extra: Further columns of the record.

    Returns:
        Rows of an index, and the classes that their ``label`` is an index of.

    Raises:
        UsageError: There is no such dataset, corpus, protocol, fold or part.
        DataError: The dataset is damaged.
    """
    if isinstance(task, FoldChoice):
        if labels is None:
            protocol = read_protocol(dataset, task.protocol)
            corpora = choose_fold_corpora(protocol, rows)
            labels = fold_labels(protocol, corpora, task.label_set)
        return load_fold(dataset, task, part, rows, labels, extra), tuple(labels)
    if task != "six":
        return load_labelled(dataset, task, part, rows, labels, extra)
    return load_index(dataset, part, rows, also=also, extra=extra), CLASSES
