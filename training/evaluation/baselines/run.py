"""Running a baseline: rows in, an evaluation out, as of any model."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import CLASSES
from pipeline.storage.registry import is_remote
from training.data.index import load_index
from training.data.label_sets import LabelChoice, load_labelled
from training.data.protocols import (
    FoldChoice,
    choose_fold_corpora,
    describe_choice,
    fold_labels,
    load_fold,
    read_protocol,
)
from training.evaluation.baselines.egemaps import egemaps, require_opensmile
from training.evaluation.baselines.linear import Answers
from training.evaluation.baselines.majority import majority
from training.evaluation.baselines.probe import probe
from training.evaluation.evaluate import labelled_rows, part_of, require_labelled
from training.evaluation.prediction_table import clip_names
from training.evaluation.score_file import Evaluation, score_predictions
from training.evaluation.train_test_overlap import audio_overlap
from training.inference.load_model import provenance_of_base
from training.model.provenance import TrainingSpeakers

Kind = Literal["majority", "egemaps", "probe"]
KINDS: tuple[Kind, ...] = get_args(Kind)

FEATURES = ".features"
"""Folder where features of clips are kept: in a dataset on disk, so that every run finds them."""


@dataclass(frozen=True)
class Baseline:
    """What is run.

    Attributes:
        kind: ``majority``, ``egemaps`` or ``probe``.
        base: What is probed: folder or hub name.
        layer: The layer that is probed; ``None`` to choose one on validation.
    """

    kind: Kind
    base: str | None = None
    layer: int | None = None

    def check(self) -> None:
        """Checks that the baseline can run, before anything is spent.

        Raises:
            UsageError: The base is missing, or openSMILE is.
        """
        if self.kind == "probe" and self.base is None:
            raise UsageError("a probe needs --base: a HuBERT, wav2vec 2.0, WavLM or extended model")
        if self.kind != "probe" and (self.base is not None or self.layer is not None):
            raise UsageError(f"--base and --layer are of the probe: {self.kind} has neither")
        if self.kind == "egemaps":
            require_opensmile()


def run_baseline(
    baseline: Baseline,
    dataset: str | Path,
    split: str = "test",
    corpora: Collection[str] = (),
    train_corpora: Collection[str] | None = None,
    exclude_speakers: Collection[str] = (),
    exclude_audio_of: Collection[str] = (),
    keep_in: Path | None = None,
    on_progress: Callable[[int], None] = lambda clips: None,
    fold: FoldChoice | None = None,
    where: str | None = None,
    label_set: LabelChoice = "six",
) -> Evaluation:
    """Fits a baseline on the train split, chooses it on validation and scores it on a split.

    Args:
        baseline: What to run.
        dataset: Dataset folder.
        split: The split to score.
        corpora: Corpora to score; none means all.
        train_corpora: Corpora to fit on; ``None`` for the same ones.
        exclude_speakers: Speakers to leave out of fitting and choosing.
        exclude_audio_of: Parts of the dataset whose audio is left out of them, too, as
            :func:`training.data.index.load_index` takes them.
        keep_in: Folder for the features of a dataset at a URL; ``None`` to keep none.
        on_progress: Called with how many more clips are done.
        fold: The fold of a protocol that is fitted and scored on, in place of the dataset's split.
        where: A condition in SQL that all rows must fulfil, those fitted on and those scored.
        label_set: Which classes, without a fold.

    Raises:
        UsageError: There is no such dataset, split, fold or corpus; or the baseline cannot run.
        DataError: There are no labelled utterances, or too few classes, to fit or to score.
    """
    baseline.check()
    if fold and label_set != "six":
        raise UsageError(
            f"{fold}: the name of a protocol says which classes it scores, as loso-categories "
            "does: leave the label set out"
        )
    fit_on = tuple(corpora if train_corpora is None else train_corpora)
    labels: Sequence[str] = CLASSES
    if fold:
        protocol = read_protocol(dataset, fold.protocol)
        labels = fold_labels(protocol, choose_fold_corpora(protocol, fit_on))
        load = partial(load_fold, dataset, fold, labels=labels, where=where)
        test = load(part_of(split), tuple(corpora))
        require_labelled(test, dataset, split, where)
    elif label_set != "six":
        _, labels = load_labelled(dataset, label_set, None, fit_on, where=where)
        load = partial(_load_part, dataset, label_set, labels, where)
        test = load(part_of(split), tuple(corpora))
        require_labelled(test, dataset, split, where)
    else:
        load = partial(load_index, dataset, where=where)
        test = labelled_rows(dataset, split, corpora, where)
    train, validation = (
        load(
            part,
            fit_on,
            exclude_speakers=exclude_speakers,
            exclude_audio_of=exclude_audio_of,
        )
        for part in ("train", "validation")
    )
    if train.empty:
        raise DataError(f"{dataset}: no labelled utterances in split 'train': nothing to learn")
    folder = keep_in if is_remote(str(dataset)) else Path(dataset)
    features = None if folder is None else folder / FEATURES
    answers = _predict(baseline, features, (train, validation, test), len(labels), on_progress)
    notes = answers.notes
    if fold:
        notes = [*describe_choice(dataset, fold, sorted(set(test["corpus"]))), *notes]
    notes = [*notes, *audio_overlap(test, clip_names(train))]
    training = [TrainingSpeakers.of_rows(train)]
    if baseline.base and (provenance := provenance_of_base(baseline.base)) is not None:
        training.append(TrainingSpeakers.of_model(baseline.base, provenance))
    speakers = TrainingSpeakers.of_all(training)
    scored = score_predictions(answers.table, dataset, split, list(labels), speakers, notes, where)
    return replace(scored, trained_parameters=answers.parameters)


def _load_part(
    dataset: str | Path,
    label_set: LabelChoice,
    labels: Sequence[str],
    where: str | None,
    split: str | None,
    corpora: Sequence[str],
    exclude_speakers: Collection[str] = (),
    exclude_audio_of: Collection[str] = (),
) -> pd.DataFrame:
    """The rows of a split that have one of the classes of a label set."""
    return load_labelled(
        dataset,
        label_set,
        split,
        corpora,
        labels=labels,
        exclude_speakers=exclude_speakers,
        exclude_audio_of=exclude_audio_of,
        where=where,
    )[0]


def _predict(
    baseline: Baseline,
    features: Path | None,
    parts: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    classes: int,
    on_progress: Callable[[int], None],
) -> Answers:
    """Predictions of a baseline for the last of its parts: train, validation and test."""
    train, validation, test = parts
    if baseline.kind == "majority":
        return Answers(majority(train, test, classes), classes, [])
    if baseline.kind == "egemaps":
        return egemaps(train, validation, test, features, on_progress)
    assert baseline.base is not None  # checked
    return probe(
        baseline.base,
        *parts,
        baseline.layer,
        on_progress=on_progress,
        classes=classes,
        cache_folder=features,
    )
