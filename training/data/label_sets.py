"""Label sets: which classes are learnt and scored, and which of them a row has.

The six classes, the categories shared by all corpora, the codes of one corpus, the four classes of
IEMOCAP, those that a published protocol scores, or a mapping from codes or categories to classes.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from pipeline.common.count import count
from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_spec
from pipeline.specs.published_protocols import published_protocols
from pipeline.specs.shipped import builtin_file, builtin_ids
from pipeline.splits.protocols.label_sets import FOUR_CLASSES, NAMED, NamedSet, class_column
from training.data.index import load_index, rows_of_part
from training.data.progress import no_note
from training.data.row_choice import EVERY_ROW, RowChoice

LabelSet = NamedSet | str | Mapping[str, str]
"""A label set by its name, the name of a published protocol that has classes of its own
(``emobox``), or native code or category → class; rows of others are left out."""

MOST_CLASSES = 120
"""More are no classes of emotion but, say, names of clips."""


def load_labelled(
    dataset: str | Path,
    label_set: LabelSet,
    split: str | None = None,
    rows: RowChoice = EVERY_ROW,
    classes: Sequence[str] | None = None,
    extra: Sequence[str] = (),
    on_note: Callable[[str], object] = no_note,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Reads the rows of a dataset that have a class of a label set.

    Args:
        dataset: Folder or URL.
        label_set: Which classes.
        split: ``train``, ``validation`` or ``test``; None for all.
        rows: Which rows.
        classes: In index order; rows of others are left out. Default: those that the set
            states, or that occur in any split, sorted.
        extra: Further columns of the record.
        on_note: Called with a line on rows of the split that are left out for their class.

    Returns:
        Rows whose ``label`` is an index of the classes, and the classes.

    Raises:
        UsageError: There is no such dataset, corpus or split; codes of several corpora are asked
            for; or there are too many classes.
        DataError: The dataset is damaged.
    """
    index = load_index(dataset, rows=rows, labelled=False, extra=("label_native", *extra))
    there = sorted(set(index["corpus"]))
    if label_set == "native" and len(there) > 1:
        raise UsageError(
            f"label set native: codes mean something in one corpus only, found {', '.join(there)}: "
            "choose one of them, or the label set categories"
        )
    index["label"] = classes_of(index, label_set)
    classes = tuple(classes or learnt_classes(index["label"], label_set, there))
    if len(classes) > MOST_CLASSES:
        raise UsageError(f"label set: {len(classes):,} classes, expected {MOST_CLASSES} at most")
    chosen = rows_of_part(index, split)
    for line in left_out_lines(chosen, classes):
        on_note(line)
    chosen = chosen.assign(label=chosen["label"].map({name: n for n, name in enumerate(classes)}))
    chosen = chosen[chosen["label"].notna()].astype({"label": "int64"})
    return chosen.reset_index(drop=True), classes


def left_out_lines(rows: pd.DataFrame, learnt: Collection[str]) -> Iterator[str]:
    """What is not scored of some rows: those of classes that training lacks, and those of none.

    Args:
        rows: With ``corpus``, ``emotion`` and ``label``, the name of a class or None.
        learnt: Classes of the models that score them.
    """
    unclassed = rows["label"].isna() & rows["emotion"].notna()
    if unclassed.any():
        yield (
            f"{unclassed.sum():,} of {count(len(rows), 'clip')} are not scored: the label set has "
            f"no class for them ({', '.join(sorted(set(rows['emotion'][unclassed])))})"
        )
    for corpus, classes in rows.dropna(subset="label").groupby("corpus", sort=True)["label"]:
        if line := lacking_line(str(corpus), classes, learnt):
            yield line


def lacking_line(corpus: str, classes: "pd.Series[str]", learnt: Collection[str]) -> str | None:
    """The clips of a corpus that are not scored, since training lacks their classes.

    >>> lacking_line("a", pd.Series(["calm", "awe", "awe"]), ("calm", "fear"))
    '2 of 3 clips of a are not scored: training lacks their classes (awe)'
    """
    lacking = classes[~classes.isin(learnt)]
    if lacking.empty:
        return None
    return (
        f"{len(lacking):,} of {count(len(classes), 'clip')} of {corpus} are not scored: training "
        f"lacks their classes ({', '.join(sorted(set(lacking)))})"
    )


def classes_of(rows: pd.DataFrame, label_set: LabelSet) -> "pd.Series[str]":
    """The class of every row.

    Args:
        rows: With ``corpus``, ``label``, ``label_native`` and ``emotion``.
        label_set: Which classes.

    Returns:
        Names of classes, None where the set has none for a row.
    """
    for named in NAMED:
        if label_set == named:
            return class_column(rows, named, {})
    if isinstance(label_set, Mapping):
        return class_column(rows, "own", label_set)
    found = [
        class_column(part, "own", _published_classes(label_set, str(corpus)))
        for corpus, part in rows.groupby("corpus")
    ]
    return pd.concat(found).reindex(rows.index) if found else rows["emotion"]


def learnt_classes(
    column: "pd.Series[str]", label_set: LabelSet, corpora: Iterable[str]
) -> tuple[str, ...]:
    """The classes that models learn from rows: those that the set states, or that occur.

    Args:
        column: Class of every row of all splits (:func:`classes_of`).
        label_set: Which classes.
        corpora: Of the rows.
    """
    return stated_classes(label_set, corpora) or tuple(sorted(set(column.dropna())))


def stated_classes(label_set: LabelSet, corpora: Iterable[str]) -> tuple[str, ...]:
    """The classes that a label set states for some corpora, whether they occur or not.

    Returns:
        Names of classes in index order; none for a set whose classes are those that occur.
    """
    if label_set == "six":
        return CLASSES
    if label_set == "four":
        return tuple(sorted(set(FOUR_CLASSES.values())))
    if isinstance(label_set, Mapping):
        return tuple(sorted(set(label_set.values())))
    if label_set in NAMED:
        return ()
    named = {name for one in corpora for name in _published_classes(label_set, one).values()}
    return tuple(sorted(named))


def category_classes(label_set: LabelSet, corpus: str) -> Mapping[str, str]:
    """Category → class, as a label set states it for a corpus, whether it occurs there or not.

    Returns:
        None for codes of a corpus, which say nothing of categories.
    """
    if label_set == "six":
        return _six_classes(corpus)
    if label_set == "categories":
        return {category: category for category in _six_classes(corpus)}
    if label_set == "four":
        return FOUR_CLASSES
    if label_set == "native":
        return {}
    return label_set if isinstance(label_set, Mapping) else _published_classes(label_set, corpus)


@cache
def _six_classes(corpus: str) -> Mapping[str, str]:
    """Category → six-class name: by the corpus's own spec first, then by emotions.yaml."""
    scheme = emotion_scheme()
    if corpus not in builtin_ids():
        return {name: category.class_name for name, category in scheme.emotions.items()}
    spec = load_spec(builtin_file(corpus))
    classes = {name: scheme.classes_of(name, spec) for name in (*scheme.emotions, *spec.categories)}
    return {
        name: f"{arousal}_{valence}"
        for name, (arousal, valence) in classes.items()
        if arousal and valence
    }


def _published_classes(protocol: str, corpus: str) -> Mapping[str, str]:
    """Category → class in a published protocol; none for a corpus that it does not know."""
    spec = published_protocols(corpus).get(protocol)
    return spec.classes if spec else {}
