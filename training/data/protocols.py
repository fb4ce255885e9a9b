"""Protocols of a dataset for training: which rows a fold trains on, validates on and tests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.schema.record import CLASSES, SPLITS
from pipeline.specs.collections import choose_corpora
from pipeline.splits.protocols.protocol import BY_NAME, Protocol, held_out, read_protocol_file
from pipeline.splits.protocols.statement import ProtocolStatements, protocol_path
from pipeline.splits.protocols.validation import draw_validation
from pipeline.storage import files as storage
from training.data.index import load_index, rows_of_part
from training.data.label_sets import LabelSet, classes_of, stated_classes
from training.data.manifest import manifest_path, read_manifest
from training.data.row_choice import EVERY_ROW, RowChoice


class _Protocols(BaseModel):
    """The part of a manifest that states protocols."""

    protocols: ProtocolStatements = {}


@dataclass(frozen=True)
class FoldChoice:
    """One fold of a protocol.

    Attributes:
        protocol: Its name.
        fold: Name of the fold, or what it holds out; ``name=10`` where 10 may be either.
        validation_seed: Draws the validation part of folds that state none.
        label_set: A mapping, or what a published protocol scores, in place of the classes that
            the protocol's own name says; of its clips, those that have such a class stay.
    """

    protocol: str
    fold: str
    validation_seed: int = 0
    label_set: LabelSet | None = None

    def __str__(self) -> str:
        return f"fold {self.fold.removeprefix(BY_NAME)} of protocol {self.protocol}"


def read_protocol(dataset: str | Path, name: str) -> Protocol:
    """Reads a protocol of a dataset folder.

    Args:
        dataset: Folder or URL.
        name: Of the protocol, such as ``loso``.

    Raises:
        UsageError: The dataset has no such protocol.
        DataError: The manifest or the file of the protocol is damaged.
    """
    folder = str(dataset)
    statements = _read_statements(folder)
    if name not in statements:
        there = f"; it has {', '.join(statements)}" if statements else ""
        raise UsageError(
            f"{folder} has no protocol {name!r}{suggest(name, statements, otherwise=there)}; "
            f"exhubert protocols {folder} --add {name} adds it"
        )
    path = protocol_path(folder, name)
    return read_protocol_file(name, path, statements[name], storage.read(path))


def fold_classes(
    protocol: Protocol, corpora: Sequence[str] = (), label_set: LabelSet | None = None
) -> tuple[str, ...]:
    """Classes that a protocol scores in some corpora, in index order.

    Args:
        protocol: Of the dataset.
        corpora: Only these; default: all that have folds.
        label_set: In place of the protocol's classes.

    Returns:
        The six classes of :data:`pipeline.schema.record.CLASSES`, or the protocol's, sorted.
    """
    if label_set is not None:
        return stated_classes(label_set, corpora or sorted(protocol.folds))
    chosen = {
        corpus: entry
        for corpus, entry in protocol.statement.corpora.items()
        if not corpora or corpus in corpora
    }
    if all(entry.labels == "six" for entry in chosen.values()):
        return CLASSES
    return tuple(sorted({name for entry in chosen.values() for name in entry.classes}))


def choose_fold_corpora(protocol: Protocol, rows: RowChoice = EVERY_ROW) -> list[str]:
    """Corpora that are named, or that have folds of a protocol; collections are written out."""
    there = sorted(protocol.folds)
    chosen = choose_corpora(rows.corpora, there).corpora or there
    left_out = choose_corpora(rows.exclude_corpora, there).corpora
    return [corpus for corpus in chosen if corpus not in left_out]


def load_fold(
    dataset: str | Path,
    choice: FoldChoice,
    part: str | None = None,
    rows: RowChoice = EVERY_ROW,
    classes: Sequence[str] | None = None,
    extra: Sequence[str] = (),
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Reads the metadata of the rows of a fold, as :func:`training.data.index.load_index` does.

    Where the fold states no validation part, one is drawn from the train part
    (:func:`pipeline.splits.protocols.validation.draw_validation`).

    Args:
        dataset: Folder or URL.
        choice: The fold.
        part: ``train``, ``validation`` or ``test``; None for all.
        rows: Which rows, of the corpora that have the protocol; ``split`` and ``label`` in its
            condition are the dataset's, not the fold's.
        classes: Classes in index order; default: :func:`fold_classes`.
        extra: Further columns of the record.

    Returns:
        Rows of an index, and the classes; ``split`` is the part of the fold, ``label`` an index of
        these.

    Raises:
        UsageError: There is no such dataset, protocol, fold or corpus, or a class of the fold is
            not among these.
        DataError: The dataset is damaged.
    """
    protocol = read_protocol(dataset, choice.protocol)
    wanted = choose_fold_corpora(protocol, rows)
    names = tuple(classes or fold_classes(protocol, wanted, choice.label_set))
    own = replace(rows, corpora=wanted, exclude_corpora=())
    index = load_index(dataset, rows=own, labelled=False, extra=("label_native", *extra))
    index = fold_rows(index, protocol, choice, wanted, names)
    return rows_of_part(index, part), names


def fold_rows(
    index: pd.DataFrame,
    protocol: Protocol,
    choice: FoldChoice,
    corpora: Sequence[str],
    classes: Sequence[str],
) -> pd.DataFrame:
    """The rows of an index that stand in a fold, with its parts as ``split`` and its classes.

    Args:
        index: Rows of these corpora, labelled or not, with ``label_native``.
        protocol: That the fold is of.
        choice: The fold.
        corpora: Corpora that have the fold.
        classes: Classes in index order.

    Raises:
        UsageError: A corpus has no such fold, or a class of the fold is not among these.
    """
    parts = protocol.parts(choice.fold, corpora)
    if choice.label_set is not None:
        named = index.assign(label=classes_of(index, choice.label_set)).dropna(subset="label")
        parts = parts.drop(columns="label").merge(named[["id", "label"]], on="id")
    if lacking := sorted(set(parts["label"]) - set(classes)):
        raise UsageError(
            f"protocol {choice.protocol} scores {', '.join(lacking)}, which is not among the "
            f"classes {', '.join(classes)}"
        )
    index = index.drop(columns=["split", "label"]).merge(
        parts[["id", "label", "part"]].rename(columns={"part": "split"}), on="id"
    )
    index["label"] = index["label"].map({name: n for n, name in enumerate(classes)})
    index = index.astype({"label": "int64"})
    return _with_validation(index, choice.validation_seed)


def as_trained(dataset: str | Path, choice: FoldChoice, rows: RowChoice) -> FoldChoice:
    """The fold that a model was trained in, whichever release it is of.

    Where its name may also be what another fold holds out, earlier releases took the name.

    Args:
        dataset: Folder or URL.
        choice: The fold, as the model's recipe has it.
        rows: Rows that the model was trained on.

    Raises:
        UsageError: There is no such dataset, protocol or corpus.
    """
    protocol = read_protocol(dataset, choice.protocol)
    corpora = choose_fold_corpora(protocol, rows)
    names = {protocol.plain_name(corpus, choice.fold) for corpus in corpora}
    return replace(choice, fold=max(names, key=len, default=choice.fold))


def describe_choice(dataset: str | Path, choice: FoldChoice, corpora: Sequence[str]) -> list[str]:
    """What a score under a fold must be read with: how it was made, whom it tests, what leaks."""
    protocol = read_protocol(dataset, choice.protocol)
    lines = [f"{choice}: {protocol.statement.rule}"]
    if choice.label_set is not None:
        named = ", ".join(fold_classes(protocol, corpora, choice.label_set))
        lines.append(f"of its clips, those of the classes {named}")
    for corpus in corpora:
        facts = protocol.fold(corpus, choice.fold)
        if facts.held_out:
            lines.append(f"in {corpus}, it holds out {held_out(facts)}")
        leaks = [
            f"{number} {what}"
            for number, what in (
                (facts.shared_speakers, "speakers"),
                (facts.shared_audio, "equal sounds"),
                (facts.shared_recordings, "near-duplicates"),
            )
            if number
        ]
        if leaks:
            lines.append(f"in {corpus}, {' and '.join(leaks)} stand in training AND in test")
    return lines


def _with_validation(index: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draws a validation part in each corpus whose fold states none."""
    parts = []
    for _, rows in index.groupby("corpus", sort=True):
        if not (rows["split"] == SPLITS[1]).any():
            trained = rows["split"] == SPLITS[0]
            drawn = draw_validation(rows[trained], seed)
            rows = rows.assign(split=rows["split"].where(~rows["id"].isin(drawn), SPLITS[1]))
        parts.append(rows)
    return pd.concat(parts) if parts else index


def _read_statements(dataset: str) -> ProtocolStatements:
    manifest = read_manifest(dataset, _Protocols)
    if manifest is None:
        raise UsageError(
            f"{manifest_path(dataset)}: missing; protocols stand in the manifest of a dataset"
        )
    return manifest.protocols
