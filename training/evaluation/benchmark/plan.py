"""What a benchmark runs: the folds of every corpus, and their leak-free twins."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.common.count import count
from pipeline.common.errors import DataError, UsageError
from pipeline.splits.protocols.label_sets import LabelSet
from pipeline.splits.protocols.names import INDEPENDENT, parse_name
from pipeline.splits.protocols.protocol import Protocol
from pipeline.storage import files as storage
from training.data.dataset_files import MANIFEST
from training.data.index import load_index
from training.data.protocols import (
    FoldChoice,
    choose_fold_corpora,
    fold_labels,
    fold_rows,
    read_protocol,
)
from training.data.row_choice import RowChoice


@dataclass(frozen=True)
class FoldRun:
    """One fold of one corpus, in which each model is trained and scored once.

    Attributes:
        protocol: Its name.
        corpus: Its id.
        fold: Name of the fold.
        number: Of the fold in its corpus, from 1.
        train: Clips.
        validation: Clips.
        test: Clips.
    """

    protocol: str
    corpus: str
    fold: str
    number: int
    train: int
    validation: int
    test: int

    @property
    def rows(self) -> RowChoice:
        """The rows that its parts are of."""
        return RowChoice((self.corpus,))

    @property
    def choice(self) -> FoldChoice:
        """The fold, for reading its rows."""
        return FoldChoice(self.protocol, self.fold)

    def __str__(self) -> str:
        return f"{self.protocol}, {self.corpus}, fold {self.fold}"


@dataclass(frozen=True)
class BenchmarkPlan:
    """Everything a benchmark runs, apart from the models.

    Attributes:
        dataset: Folder or URL.
        dataset_key: Checksum of its manifest, but for protocols, which may be added at any time.
        protocol: What is benchmarked.
        twin: The protocol whose folds are nearest and share no speaker; None where nothing leaks,
            or the dataset lacks it.
        labels: Corpus → its label set.
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
    labels: dict[str, LabelSet]
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
    dataset: str | Path, protocol: str, corpora: Sequence[str] = ()
) -> BenchmarkPlan:
    """Finds the folds that a benchmark runs.

    Each corpus is trained on and scored by itself, as papers do. Folds without a test clip, or
    whose training part has a single class, are left out and named.

    Args:
        dataset: Folder or URL.
        protocol: Name of a protocol of the dataset.
        corpora: Corpora, or collections such as ``@emobox``; none means all that have folds.

    Raises:
        UsageError: The dataset has no such protocol, or a corpus that is named has no folds.
        DataError: No fold is left.
    """
    main = read_protocol(dataset, protocol)
    chosen = choose_fold_corpora(main, RowChoice(corpora))
    for corpus in chosen:
        if corpus not in main.folds:
            main.fold(corpus, "")  # says why it has none
    index = load_index(dataset, rows=RowChoice(chosen), labelled=False)
    notes: list[str] = []
    runs = list(_plan_folds(index, main, chosen, notes))
    if not runs:
        raise DataError(f"{dataset}: protocol {protocol}: {'; '.join(notes) or 'no folds'}")
    scored = {run.corpus for run in runs}
    leaks = {
        corpus: entry.shared_speakers
        for corpus, entry in main.statement.corpora.items()
        if corpus in scored and entry.shared_speakers
    }
    twin = _find_twin(dataset, protocol, leaks, notes)
    if twin:
        runs += _plan_folds(index, twin, [one for one in leaks if one in twin.folds], notes)
    there = [main, *([twin] if twin else [])]
    return BenchmarkPlan(
        dataset=str(dataset),
        dataset_key=_dataset_key(dataset),
        protocol=protocol,
        twin=twin.name if twin else None,
        labels={corpus: main.label_set[corpus] for corpus in sorted(scored)},
        leaks=leaks,
        checksums={one.name: one.statement.xxh3 for one in there},
        runs=runs,
        notes=notes,
    )


def twin_of(protocol: str) -> str | None:
    """Name of the protocol with the nearest folds that share no speaker, if there can be one.

    >>> twin_of("emobox"), twin_of("emobox-four"), twin_of("loso")
    ('emobox-speaker-independent', 'emobox-speaker-independent-four', None)
    """
    name = parse_name(protocol)
    if name.independent or name.k or name.base == "loso":
        return None
    return name.base + INDEPENDENT + protocol.removeprefix(name.base)


def _dataset_key(dataset: str | Path) -> str:
    manifest = json.loads(storage.read(storage.join(str(dataset), MANIFEST)) or b"{}")
    manifest.pop("protocols", None)
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


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
    index: pd.DataFrame, protocol: Protocol, corpora: Sequence[str], notes: list[str]
) -> Iterator[FoldRun]:
    """Folds that can be run; what can't is said in the notes."""
    for corpus in sorted(corpora):
        rows = index[index["corpus"] == corpus]
        labels = fold_labels(protocol, [corpus])
        left_out: dict[str, list[str]] = {}
        for number, facts in enumerate(protocol.folds[corpus], 1):
            choice = FoldChoice(protocol.name, facts.name)
            parts = fold_rows(rows, protocol, choice, [corpus], labels)
            sizes = parts["split"].value_counts()
            train, validation, test = (
                int(sizes.get(part, 0)) for part in ("train", "validation", "test")
            )
            learnt = parts["label"][parts["split"] == "train"].nunique()
            if not test or learnt < 2:
                why = "fewer than two classes to train on" if test else "no clip to test"
                left_out.setdefault(why, []).append(facts.name)
                continue
            yield FoldRun(protocol.name, corpus, facts.name, number, train, validation, test)
        for why, names in left_out.items():
            notes.append(
                f"left out of {protocol.name}: {count(len(names), 'fold')} of {corpus} "
                f"({', '.join(names)}): {why}"
            )
