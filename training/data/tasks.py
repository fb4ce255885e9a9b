"""What is learnt and scored: classes in the dataset's own split, or in a fold of a protocol."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from pipeline.specs.published_protocols import published_names
from pipeline.splits.protocols.label_sets import NAMED
from pipeline.splits.protocols.names import parse_name
from training.data.index import load_index
from training.data.label_sets import LabelSet, category_classes, load_labelled
from training.data.progress import no_note
from training.data.protocols import (
    FoldChoice,
    load_fold,
    read_protocol,
)
from training.data.row_choice import EVERY_ROW, RowChoice

Task = LabelSet | FoldChoice
"""A label set, by the dataset's own split; or a fold, which has classes and parts of its own."""


def choose_task(label_set: LabelSet, fold: FoldChoice | None) -> Task:
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
    classes: Sequence[str] | None = None,
    also: Sequence[str] = (),
    extra: Sequence[str] = (),
    on_note: Callable[[str], object] = no_note,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Reads the rows of a part that have a class.

    Args:
        dataset: Folder or URL.
        task: Which classes and parts.
        part: ``train``, ``validation`` or ``test``; None for all.
        rows: Which rows.
        classes: Classes in index order; default: those of the task in these corpora.
        also: Columns of which one alone keeps a row without a six-class label; with other classes
            all rows have one.
        extra: Further columns of the record.
        on_note: Called with a line on rows that a label set leaves out for their class.

    Returns:
        Rows of an index, and the classes that their ``label`` is an index of.

    Raises:
        UsageError: There is no such dataset, corpus, protocol, fold or part.
        DataError: The dataset is damaged.
    """
    if isinstance(task, FoldChoice):
        return load_fold(dataset, task, part, rows, classes, extra)
    if task != "six":
        return load_labelled(dataset, task, part, rows, classes, extra, on_note)
    return load_index(dataset, part, rows, also=also, extra=extra), CLASSES


def stated_categories(
    dataset: str | Path, task: Task, corpora: Iterable[str], classes: Sequence[str]
) -> dict[str, dict[str, int]]:
    """The class of every category as a task states it, even of those that no clip was given.

    Args:
        dataset: Folder or URL.
        task: Which classes.
        corpora: Of the rows at hand.
        classes: Classes in index order.

    Returns:
        Corpus → category → index of its class, for :func:`training.data.votes.vote_shares`.

    Raises:
        UsageError: The dataset has no such protocol.
        DataError: It is damaged.
    """
    indices = {name: number for number, name in enumerate(classes)}
    sets = _label_sets(dataset, task, corpora)
    return {
        corpus: {
            category: indices[name]
            for category, name in category_classes(label_set, corpus).items()
            if name in indices
        }
        for corpus, label_set in sets.items()
    }


def _label_sets(dataset: str | Path, task: Task, corpora: Iterable[str]) -> Mapping[str, LabelSet]:
    """Corpus → its label set; none for those whose classes only the protocol's maker knows."""
    if not isinstance(task, FoldChoice):
        return dict.fromkeys(corpora, task)
    if task.label_set is not None:
        return dict.fromkeys(corpora, task.label_set)
    stated, base = read_protocol(dataset, task.protocol).label_set, parse_name(task.protocol).base
    named: dict[str, LabelSet] = {
        corpus: base if stated[corpus] == "own" else stated[corpus]
        for corpus in corpora
        if corpus in stated
    }
    known = (*NAMED, *published_names())
    return {corpus: label_set for corpus, label_set in named.items() if label_set in known}
