"""Rows of a matrix across corpora: what each trains on and scores, and what it leaves out.

*Leave one corpus out*: a row trains on all corpora but one and is scored on that one. *Train on A,
test on B*: a row trains on one corpus and is scored on each.

Speakers of a corpus that is scored but not trained on (corpora can share actors, by the
``namespace`` of their specs) are left out of the row's training and validation, so that no cell
off the diagonal knows its speakers; and so are clips with the audio of one that is scored there,
whatever their ids. On the diagonal the dataset's own splits hold.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from pipeline.common.errors import DataError, UsageError
from training.data.index import load_index
from training.data.label_sets import LabelSet, classes_of, learnt_classes
from training.data.row_choice import RowChoice
from training.evaluation.common_classes import scorable_corpora
from training.evaluation.evaluate import ALL, part_of
from training.model.provenance import TrainingSpeakers

_LOG = logging.getLogger(__name__)

Mode = Literal["leave-one-corpus-out", "train-on-a-test-on-b"]


@dataclass(frozen=True)
class Row:
    """One training of one system, and what it is scored on.

    Attributes:
        name: The corpus that is left out, or the one that is trained on.
        train: Corpora that are trained on.
        test: Corpora that are scored.
        exclude_speakers: Speakers left out of training, because they are in what is scored.
        exclude_audio_of: What is scored of corpora that are not trained on, as ``emo_db`` or
            ``emo_db/test``: the audio that stands there is left out of training, too.
        equal_audio: How many labelled utterances of training and validation have such audio.
    """

    name: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    exclude_speakers: tuple[str, ...]
    exclude_audio_of: tuple[str, ...]
    equal_audio: int

    @property
    def fitted(self) -> RowChoice:
        """What is trained and validated on."""
        return RowChoice(
            self.train,
            exclude_speakers=self.exclude_speakers,
            exclude_audio_of=self.exclude_audio_of,
        )


def plan_rows(
    dataset: str | Path,
    mode: Mode,
    corpora: Sequence[str],
    split: str,
    label_set: LabelSet = "six",
    on_note: Callable[[str], object] = _LOG.warning,
) -> list[Row]:
    """The rows of a matrix, one a corpus.

    Clips whose class training lacks are not scored, nor corpora of which it has fewer than two
    classes; a row that scores nothing is left out.

    Args:
        dataset: Dataset folder.
        mode: How rows are made.
        corpora: Corpora of the matrix, or collections; none means all that can be scored.
        split: What is scored; :data:`training.evaluation.evaluate.ALL` for whole corpora.
        label_set: Which classes; not the codes of corpora, which mean something in one only.
        on_note: Called with a line on each corpus that a row does not score, or not whole.

    Raises:
        UsageError: There are fewer than two corpora, or one that is named is not there or has
            fewer than two classes.
        DataError: A row has fewer than two classes to train on that are not scored, or no row has
            classes in common with what it scores.
    """
    if label_set == "native":
        raise UsageError("label set native: codes mean something in one corpus only: take another")
    every = load_index(dataset, rows=RowChoice(corpora), labelled=False, extra=("label_native",))
    every["label"] = classes_of(every, label_set)
    asked = every if split == ALL else every[every["split"] == part_of(split)]
    index, scored = (rows[rows["label"].notna()] for rows in (every, asked))
    fitted = index[index["split"] != "test"]
    known = every[every["split"] != "test"]  # further heads learn from rows without a class, too
    names = sorted(_with_classes(scored) & _with_classes(fitted[fitted["split"] == "train"]))
    named = set(every["corpus"]) if corpora else set()
    if lacking := sorted(named - set(names)):
        raise UsageError(
            f"{dataset}: {', '.join(lacking)}: fewer than two classes to train on, or in split "
            f"{split!r} to score: leave them out of --corpora"
        )
    if len(names) < 2:
        raise UsageError(f"{dataset}: a matrix needs two corpora or more, found {names}")
    speakers = {name: _speakers(scored, [name]) for name in names}
    rows = []
    for name in names:
        others = [other for other in names if other != name]
        train, test = (others, [name]) if mode == "leave-one-corpus-out" else ([name], names)
        not_trained_on = [corpus for corpus in test if corpus not in train]
        own = index[index["corpus"].isin(train)]
        shared = _speakers(known, train) & set().union(
            *(speakers[corpus] for corpus in not_trained_on)
        )
        there = asked["audio_xxh3"][asked["corpus"].isin(not_trained_on)].dropna()
        equal = own["audio_xxh3"].isin(there)
        left = own[~equal & ~own["speaker"].isin(shared)]
        learnt = learnt_classes(left["label"], label_set, train)
        scorable, lines = scorable_corpora(scored, not_trained_on, learnt)
        row = Row(
            name,
            train=tuple(train),
            test=tuple(corpus for corpus in test if corpus in (*train, *scorable)),
            exclude_speakers=tuple(sorted(shared)),
            exclude_audio_of=tuple(
                corpus if split == ALL else f"{corpus}/{split}" for corpus in not_trained_on
            ),
            equal_audio=int((equal & (own["split"] != "test")).sum()),
        )
        _require_classes(left[left["split"] == "train"], row, not_trained_on, dataset)
        for line in lines:
            on_note(f"{describe_row(row, mode)}: {line}")
        if row.test:
            rows.append(row)
    if not rows:
        raise DataError(
            f"{dataset}: no corpus has two classes in common with those it would be scored by: "
            "choose a label set that they share, as six is"
        )
    return rows


def describe_row(row: Row, mode: Mode) -> str:
    """What a row is, in a few words."""
    return f"without {row.name}" if mode == "leave-one-corpus-out" else f"trained on {row.name}"


def _require_classes(
    train: pd.DataFrame, row: Row, not_trained_on: Sequence[str], dataset: str | Path
) -> None:
    """Checks what is left to train on, before anything is run.

    Raises:
        DataError: It is nothing, or of one class.
    """
    if train["label"].nunique() > 1:
        return
    shared = f"is in what is scored of {', '.join(not_trained_on)}, too"
    what = (
        f"nothing is left to train on: each speaker or clip of {', '.join(row.train)} {shared}"
        if train.empty
        else f"one class is left to train on: each speaker or clip of another {shared}"
    )
    raise DataError(f"{dataset}: row {row.name}: {what}: leave one of them out of --corpora")


def _with_classes(index: pd.DataFrame) -> set[str]:
    """Corpora with two classes or more: with one there is nothing to tell apart."""
    classes = index.groupby("corpus")["label"].nunique()
    return set(classes.index[classes > 1])


def _speakers(index: pd.DataFrame, corpora: Sequence[str]) -> frozenset[str]:
    return TrainingSpeakers.of_rows(index[index["corpus"].isin(corpora)]).speakers
