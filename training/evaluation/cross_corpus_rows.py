"""Rows of a matrix across corpora: what each trains on and scores, and what it leaves out.

*Leave one corpus out*: a row trains on all corpora but one and is scored on that one. *Train on A,
test on B*: a row trains on one corpus and is scored on each.

Speakers of a corpus that is scored but not trained on (corpora can share actors, by the
``namespace`` of their specs) are left out of the row's training and validation, so that no cell
off the diagonal knows its speakers; and so are clips with the audio of one that is scored there,
whatever their ids, or that are known to hold its recording in another form. On the diagonal the
dataset's own splits hold.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.common.errors import DataError, UsageError
from pipeline.specs.collections import choose_corpora
from training.data.index import load_index
from training.data.label_sets import LabelSet, classes_of, learnt_classes
from training.data.recordings import near_recordings, recordings_of
from training.data.row_choice import RowChoice
from training.evaluation.common_classes import scorable_corpora
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT, Mode
from training.evaluation.evaluate import ALL, part_of
from training.evaluation.fold_run import FoldRun
from training.model.provenance import TrainingSpeakers

_LOG = logging.getLogger(__name__)


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
        fitted_clips: Split → how many clips are left to train and validate on.
        scored_clips: Corpus → how many of its clips are scored.
    """

    name: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    exclude_speakers: tuple[str, ...]
    exclude_audio_of: tuple[str, ...]
    equal_audio: int
    fitted_clips: Mapping[str, int] = field(default_factory=dict)
    scored_clips: Mapping[str, int] = field(default_factory=dict)

    @property
    def fitted(self) -> RowChoice:
        """What is trained and validated on."""
        return RowChoice(
            self.train,
            exclude_speakers=self.exclude_speakers,
            exclude_audio_of=self.exclude_audio_of,
        )

    @property
    def not_trained_on(self) -> tuple[str, ...]:
        """Corpora that are scored and not trained on."""
        return tuple(corpus for corpus in self.test if corpus not in self.train)

    def decides(self) -> dict[str, Any]:
        """What decides the scores, for checksums; how many clips that are, the dataset says."""
        values = asdict(self)
        return {name: values[name] for name in values if not name.endswith("_clips")}

    def to_run(
        self, mode: Mode, label_set: LabelSet, split: str, corpora: Sequence[str]
    ) -> FoldRun:
        """The row as a fold.

        Args:
            mode: How it was made.
            label_set: Which classes.
            split: What is scored.
            corpora: Those of the scored ones that are meant.
        """
        return FoldRun(
            protocol=mode,
            corpus=self.name,
            fold=describe_row(self, mode),
            number=1,
            train=self.fitted_clips.get("train", 0),
            validation=self.fitted_clips.get("validation", 0),
            test=sum(self.scored_clips.get(corpus, 0) for corpus in corpora),
            task=label_set,
            fitted=self.fitted,
            scored=RowChoice(tuple(corpora)),
            split=split,
        )


def describe_row(row: Row, mode: Mode) -> str:
    """What a row is, in a few words."""
    return f"without {row.name}" if mode == LEAVE_ONE_OUT else f"trained on {row.name}"


@dataclass(frozen=True)
class _Clips:
    """All clips of the corpora that are asked for, ``label`` being the name of a class or missing.

    Attributes:
        dataset: Folder or URL.
        every: All of them.
        split: What is scored.
        label_set: Which classes.
        near: Forms of one recording (:func:`training.data.recordings.near_recordings`).
    """

    dataset: str
    every: pd.DataFrame
    split: str
    label_set: LabelSet
    near: Mapping[str, str]

    @cached_property
    def asked(self) -> pd.DataFrame:
        """Clips of what is scored, with a class or without."""
        part = part_of(self.split)
        return self.every if part is None else self.every[self.every["split"] == part]

    @cached_property
    def scored(self) -> pd.DataFrame:
        """Clips of what is scored that have a class."""
        return self.asked[self.asked["label"].notna()]

    @cached_property
    def labelled(self) -> pd.DataFrame:
        """Clips of all splits that have a class."""
        return self.every[self.every["label"].notna()]


def plan_rows(
    dataset: str | Path,
    mode: Mode,
    corpora: Sequence[str],
    split: str,
    label_set: LabelSet = "six",
    on_note: Callable[[str], object] = _LOG.warning,
    exclude_corpora: Sequence[str] = (),
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
        exclude_corpora: Corpora or collections that are not of the matrix.

    Raises:
        UsageError: There are fewer than two corpora, or one that is named is not there or has
            fewer than two classes.
        DataError: A row has fewer than two classes to train on that are not scored, or no row has
            classes in common with what it scores.
    """
    if label_set == "native":
        raise UsageError("label set native: codes mean something in one corpus only: take another")
    chosen = RowChoice(corpora, exclude_corpora)
    every = load_index(dataset, rows=chosen, labelled=False, extra=("label_native",))
    every["label"] = classes_of(every, label_set)
    clips = _Clips(str(dataset), every, split, label_set, near_recordings(dataset))
    names = _corpora_with_classes(clips, corpora, on_note)
    rows = []
    for name in names:
        others = [other for other in names if other != name]
        train, test = (others, [name]) if mode == LEAVE_ONE_OUT else ([name], names)
        row, lines = _plan_row(clips, name, train, test)
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


def _corpora_with_classes(
    clips: _Clips, corpora: Sequence[str], on_note: Callable[[str], object]
) -> list[str]:
    """Corpora of the matrix: those that have two classes or more, to train on and to score.

    Raises:
        UsageError: There are fewer than two, or one that is named itself is not among them.
    """
    fitted = clips.labelled[clips.labelled["split"] == "train"]
    there = sorted(set(clips.every["corpus"]))
    names = sorted(_with_classes(clips.scored) & _with_classes(fitted))
    lacking = [name for name in there if name not in names]
    why = f"fewer than two classes to train on, or in split {clips.split!r} to score"
    if wrong := [name for name in choose_corpora(corpora, there).named if name in lacking]:
        raise UsageError(f"{clips.dataset}: {', '.join(wrong)}: {why}: leave them out of --corpora")
    if len(names) < 2:
        raise UsageError(f"{clips.dataset}: a matrix needs two corpora or more, found {names}")
    if lacking:
        on_note(f"passed over: {', '.join(lacking)}: {why}")
    return names


def _plan_row(
    clips: _Clips, name: str, train: Sequence[str], test: Sequence[str]
) -> tuple[Row, list[str]]:
    """A row, and a line on each corpus that it does not score, or not whole.

    Raises:
        DataError: There are fewer than two classes to train on that are not scored.
    """
    not_trained_on = [corpus for corpus in test if corpus not in train]
    # further heads learn from rows without a class, too
    known = clips.every[clips.every["split"] != "test"]
    shared = _speakers(known, train) & _speakers(clips.scored, not_trained_on)
    own = clips.labelled[clips.labelled["corpus"].isin(train)]
    audio, there = (
        recordings_of(rows["audio_xxh3"], clips.near)
        for rows in (own, clips.asked[clips.asked["corpus"].isin(not_trained_on)])
    )
    equal = audio.isin(there.dropna())
    left = own[~equal & ~own["speaker"].isin(shared)]
    learnt = learnt_classes(left["label"], clips.label_set, train)
    scored = clips.scored
    scorable, lines = scorable_corpora(scored, not_trained_on, learnt)
    counted = scored[scored["label"].isin(learnt)]["corpus"].value_counts()
    tested = tuple(corpus for corpus in test if corpus in (*train, *scorable))
    row = Row(
        name,
        train=tuple(train),
        test=tested,
        exclude_speakers=tuple(sorted(shared)),
        exclude_audio_of=tuple(
            corpus if clips.split == ALL else f"{corpus}/{clips.split}" for corpus in not_trained_on
        ),
        equal_audio=int((equal & (own["split"] != "test")).sum()),
        fitted_clips={part: int((left["split"] == part).sum()) for part in ("train", "validation")},
        scored_clips={corpus: int(counted.get(corpus, 0)) for corpus in tested},
    )
    _require_classes(left[left["split"] == "train"], row, not_trained_on, clips.dataset)
    return row, lines


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
