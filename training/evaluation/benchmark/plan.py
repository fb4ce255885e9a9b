"""What a benchmark runs: the folds of every corpus, and their leak-free twins."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.common.count import count
from pipeline.common.errors import DataError, UsageError
from pipeline.splits.protocols.label_sets import NAMED
from pipeline.splits.protocols.names import INDEPENDENT, parse_name
from pipeline.splits.protocols.protocol import Protocol
from training.data.dataset_files import identity
from training.data.index import load_index
from training.data.label_sets import LabelSet, classes_of
from training.data.protocols import (
    FoldChoice,
    choose_fold_corpora,
    fold_classes,
    fold_rows,
    read_protocol,
)
from training.data.row_choice import RowChoice
from training.evaluation.benchmark.across_corpora import plan_across
from training.evaluation.cross_corpus_modes import Mode, find_mode
from training.evaluation.fold_run import FoldRun


@dataclass(frozen=True)
class BenchmarkPlan:
    """Everything a benchmark runs, apart from the models.

    Attributes:
        dataset: Folder or URL.
        dataset_key: Checksum of its manifest, but for protocols, which may be added at any time;
            without a manifest, where the dataset lies.
        protocol: What is benchmarked.
        twin: The protocol whose folds are nearest and share no speaker; None where nothing leaks,
            or the dataset lacks it.
        label_set: Classes in place of those that the protocol's name says; None for those.
        classes: What those are called, or which a mapping names.
        native: Whether classes are codes of corpora, which mean something in one corpus only.
        leaks: Corpus → speakers that stand in training and in test, in the fold where they are
            most; only corpora where there are any.
        checksums: Protocol → checksum of its file.
        runs: Folds of the protocol, then those of the twin, of the corpora that leak.
        notes: What is left out, and what leaks without a twin.
    """

    dataset: str
    dataset_key: str
    protocol: str
    twin: str | None
    label_set: LabelSet | None
    classes: str
    native: bool
    leaks: dict[str, int]
    checksums: dict[str, str]
    runs: list[FoldRun]
    notes: list[str]

    @property
    def corpora(self) -> list[str]:
        """Corpora that are scored."""
        return sorted({run.corpus for run in self.runs})

    def folds(self, protocol: str, corpus: str) -> list[FoldRun]:
        """Runs of one corpus under one of the protocols."""
        return [run for run in self.runs if (run.protocol, run.corpus) == (protocol, corpus)]


def plan_benchmark(
    dataset: str | Path,
    protocol: str,
    corpora: Sequence[str] = (),
    label_set: LabelSet | None = None,
) -> BenchmarkPlan:
    """Finds the folds that a benchmark runs.

    Each corpus is trained on and scored by itself, as papers do, except under
    :data:`training.evaluation.cross_corpus_modes.MODES`. Folds without a test clip, or
    whose training part has a single class, are left out and named.

    Args:
        dataset: Folder or URL.
        protocol: Name of a protocol of the dataset, leave-one-corpus-out or train-on-a-test-on-b.
        corpora: Corpora, or collections such as ``@emobox``; none means all that have folds.
        label_set: Which classes. A named one asks for the protocol of that name (``native`` and
            ``loso`` for ``loso-native``); a mapping, and what a published protocol scores, is
            applied to the clips of the protocol's folds. None for those of the protocol's name.

    Raises:
        UsageError: The dataset has no such protocol, or a corpus that is named has no folds.
        DataError: No fold is left.
    """
    if mode := find_mode(protocol):
        return _plan_across(dataset, mode, corpora, label_set or "six")
    six = label_set == "six"
    if label_set in NAMED:
        protocol, label_set = with_label_set(protocol, label_set), None
    main = read_protocol(dataset, protocol)
    chosen = _choose_corpora(main, corpora, six)
    every = RowChoice(chosen)
    index = load_index(dataset, rows=every, labelled=False, extra=("label_native",))
    notes = [] if label_set is None else _without_fold(index, main, label_set)
    runs = list(_plan_folds(index, main, chosen, label_set, notes))
    if not runs:
        raise DataError(f"{dataset}: protocol {protocol}: {'; '.join(notes) or 'no folds'}")
    scored = {run.corpus for run in runs}
    leaks = _count_leaks(main, scored)
    twin = _find_twin(dataset, protocol, leaks, notes)
    if twin:
        again = [one for one in leaks if one in twin.folds]
        runs += _plan_folds(index, twin, again, label_set, notes)
    return BenchmarkPlan(
        dataset=str(dataset),
        dataset_key=identity(dataset),
        protocol=protocol,
        twin=twin.name if twin else None,
        label_set=label_set,
        classes=_name_classes(label_set or _stated_sets(main, scored)),
        native=label_set is None and "native" in {main.label_set[corpus] for corpus in scored},
        leaks=leaks,
        checksums={one.name: one.statement.xxh3 for one in (main, twin) if one},
        runs=runs,
        notes=notes,
    )


def with_label_set(protocol: str, label_set: LabelSet) -> str:
    """Name of the protocol with the same folds that scores a named label set.

    Raises:
        UsageError: The name says already which classes are scored.

    >>> with_label_set("loso", "native"), with_label_set("loso-four", "four")
    ('loso-native', 'loso-four')
    """
    named = parse_name(protocol).label_set
    if named not in ("six", label_set):
        raise UsageError(
            f"--labels {label_set}: the name of the protocol {protocol} says which classes it "
            "scores: give one of the two"
        )
    return protocol if named == label_set else f"{protocol}-{label_set}"


def twin_of(protocol: str) -> str | None:
    """Name of the protocol with the nearest folds that share no speaker, if there can be one.

    >>> twin_of("emobox"), twin_of("emobox-four"), twin_of("loso")
    ('emobox-speaker-independent', 'emobox-speaker-independent-four', None)
    """
    name = parse_name(protocol)
    if name.independent or name.k or name.base == "loso":
        return None
    return name.base + INDEPENDENT + protocol.removeprefix(name.base)


def _choose_corpora(protocol: Protocol, corpora: Sequence[str], six: bool) -> list[str]:
    """Corpora that are named, or that have folds; if asked for, of the six classes only."""
    chosen = choose_fold_corpora(protocol, RowChoice(corpora))
    for corpus in chosen:
        if corpus not in protocol.folds:
            protocol.fold(corpus, "")  # says why it has none
        if six and protocol.label_set[corpus] != "six":
            raise UsageError(
                f"--labels six: protocol {protocol.name} has classes of its own in {corpus}: leave "
                "--labels out, or take another protocol"
            )
    return chosen


def _plan_across(
    dataset: str | Path, mode: Mode, corpora: Sequence[str], label_set: LabelSet
) -> BenchmarkPlan:
    runs, checksum, notes = plan_across(dataset, mode, corpora, label_set)
    return BenchmarkPlan(
        dataset=str(dataset),
        dataset_key=identity(dataset),
        protocol=mode,
        twin=None,
        label_set=None if label_set == "six" else label_set,
        classes=_name_classes(label_set),
        native=False,
        leaks={},
        checksums={mode: checksum},
        runs=runs,
        notes=notes,
    )


def _count_leaks(protocol: Protocol, corpora: Collection[str]) -> dict[str, int]:
    """Corpus → speakers that stand in training and in test, of corpora where there are any."""
    return {
        corpus: entry.shared_speakers
        for corpus, entry in protocol.statement.corpora.items()
        if corpus in corpora and entry.shared_speakers
    }


def _without_fold(index: pd.DataFrame, protocol: Protocol, label_set: LabelSet) -> list[str]:
    """How many clips have a class and stand in no fold, as the protocol scores other classes."""
    outside = index[classes_of(index, label_set).notna() & ~index["id"].isin(protocol.table["id"])]
    return [
        f"{count(clips, 'clip')} of {corpus} have a class and no fold, as {protocol.name} lacks "
        f"them; {parse_name(protocol.name).base}-native holds all"
        for corpus, clips in outside["corpus"].value_counts(sort=False).items()
    ]


def _stated_sets(protocol: Protocol, corpora: set[str]) -> str:
    """Label sets that a protocol scores in some corpora: ``own`` where specs name the classes."""
    return ", ".join(sorted({protocol.label_set[corpus] for corpus in corpora}))


def _name_classes(label_set: LabelSet) -> str:
    """The name of a label set, or the classes of a mapping.

    >>> _name_classes("categories"), _name_classes({"ang": "negative", "neu": "neutral"})
    ('categories', 'negative, neutral')
    """
    if isinstance(label_set, Mapping):
        return ", ".join(sorted(set(label_set.values())))
    return label_set


def _find_twin(
    dataset: str | Path, protocol: str, leaks: dict[str, int], notes: list[str]
) -> Protocol | None:
    if not leaks:
        return None
    name = twin_of(protocol)
    try:
        return read_protocol(dataset, name) if name else None
    except UsageError:
        notes.append(
            f"speakers stand in training and in test, and the dataset lacks the twin without them: "
            f"exhubert protocols {dataset} --add {name} adds it"
        )
        return None


def _plan_folds(
    index: pd.DataFrame,
    protocol: Protocol,
    corpora: Sequence[str],
    label_set: LabelSet | None,
    notes: list[str],
) -> Iterator[FoldRun]:
    """Folds that can be run; what can't is named in the notes."""
    for corpus in sorted(corpora):
        rows = index[index["corpus"] == corpus]
        classes = fold_classes(protocol, [corpus], label_set)
        left_out: dict[str, list[str]] = {}
        for number, facts in enumerate(protocol.folds[corpus], 1):
            fold = protocol.plain_name(corpus, facts.name)
            choice = FoldChoice(protocol.name, fold, label_set=label_set)
            parts = fold_rows(rows, protocol, choice, [corpus], classes)
            sizes = parts["split"].value_counts()
            train, validation, test = (
                int(sizes.get(part, 0)) for part in ("train", "validation", "test")
            )
            learnt = parts["label"][parts["split"] == "train"].nunique()
            if not test or learnt < 2:
                why = "fewer than two classes to train on" if test else "no clip to test"
                left_out.setdefault(why, []).append(facts.name)
                continue
            own = RowChoice((corpus,))
            yield FoldRun(
                *(protocol.name, corpus, facts.name, number, train, validation, test),
                *(choice, own, own),
            )
        for why, names in left_out.items():
            notes.append(
                f"left out of {protocol.name}: {count(len(names), 'fold')} of {corpus} "
                f"({', '.join(names)}): {why}"
            )
