"""Evaluation: trained models against a split of a dataset, overall and per corpus."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import CLASSES, SPLITS
from pipeline.splits.protocols.label_sets import NAMED
from training.data.label_sets import LabelSet
from training.data.progress import OnProgress, no_progress
from training.data.protocols import FoldChoice, describe_choice
from training.data.recordings import near_recordings
from training.data.row_choice import EVERY_ROW, RowChoice
from training.data.targets import UNLABELLED, HeadLabels
from training.data.tasks import choose_task, load_task
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.score_file import Evaluation, score_predictions
from training.evaluation.train_test_overlap import audio_overlap, training_clips
from training.inference.batch import predict_index
from training.inference.load_model import LoadedModel, load_model
from training.metrics.head_scores import score_heads, score_heads_by_corpus
from training.model.outputs import Predictions
from training.model.provenance import TrainingSpeakers

ALL = "all"
"""The name for all splits together: for a dataset that the model was not trained on."""


def evaluate(
    models: str | Path | Sequence[str | Path],
    dataset: str | Path,
    split: str = "test",
    rows: RowChoice = EVERY_ROW,
    batch_size: int = 16,
    fold: FoldChoice | None = None,
    on_progress: OnProgress = no_progress,
) -> Evaluation:
    """Scores a trained model on a split of a dataset folder, or several trained alike.

    Args:
        models: Folder or hub name of a model, or of several that differ in their seeds only.
        dataset: Dataset folder.
        split: ``train``, ``validation``, ``test``, or :data:`ALL`.
        rows: Which rows of it are scored.
        batch_size: Clips that go through the model at once, where padding changes nothing.
        fold: The fold of a protocol whose part is scored, in place of a split of the dataset's.
        on_progress: Called as clips are done, each by all models.

    Returns:
        Scores overall and per corpus, of several models their means; predictions; and how many
        speakers and clips were in training.

    Raises:
        UsageError: There is no such model, dataset, split or corpus; a model has other classes
            than datasets; or models are named twice, or have other heads or another label set
            than the first.
        DataError: The split has no labelled utterances.
    """
    names = require_different(models)
    first: _Kind | None = None
    predictions: list[Predictions] = []
    training: list[TrainingSpeakers] = []
    clips: set[str] = set()
    left_out: list[str] = []
    for name in names:
        trained = load_model(name)
        kind = _kind_of(trained, fold)
        if first is None:
            first, task, classes = kind, choose_task(kind.label_set, fold), kind.classes
            columns, part = kind.heads.columns, part_of(split)
            index, _ = load_task(
                dataset, task, part, rows, classes, columns, on_note=left_out.append
            )
            labelled = require_labelled(index, dataset, split, rows.where)
            near = near_recordings(dataset)
        _require_alike(kind, first)
        predictions.append(
            predict_index(
                trained.model,
                index,
                trained.data.longest,
                batch_size,
                on_progress=lambda more, clips: on_progress(more, clips * len(names)),
            )
        )
        training.append(TrainingSpeakers.of_model(name, trained.provenance))
        clips |= training_clips(trained.provenance, dataset)
    scored = index.iloc[labelled].reset_index(drop=True)
    table = PredictionTable.from_probabilities(
        names, scored, [one.classes[labelled] for one in predictions]
    )
    notes = [*left_out, *audio_overlap(scored, clips, near)]
    if isinstance(task, FoldChoice):
        notes = [*describe_choice(dataset, task, sorted(set(scored["corpus"]))), *notes]
    evaluation = score_predictions(
        table, dataset, split, classes, TrainingSpeakers.of_all(training), notes, rows.where
    )
    if not kind.heads.columns:
        return evaluation
    return replace(
        evaluation,
        heads=score_heads(index, predictions, kind.heads),
        head_corpora=score_heads_by_corpus(index, predictions, kind.heads),
    )


def require_different(models: str | Path | Sequence[str | Path]) -> list[str]:
    """The names of models, of which none may stand twice: its scores would count double.

    Raises:
        UsageError: One does.
    """
    names = [str(model) for model in ([models] if isinstance(models, str | Path) else models)]
    if len(set(names)) < len(names):
        raise UsageError(f"models named twice: {', '.join(names)}: expected different ones")
    return names


class _Kind(NamedTuple):
    """What models must have in common for their scores to be averaged."""

    name: str
    heads: HeadLabels
    classes: list[str]
    label_set: LabelSet


def _kind_of(trained: LoadedModel, fold: FoldChoice | None) -> _Kind:
    """What a model has in common with others; in a fold, its protocol says which classes.

    Raises:
        UsageError: It knows no classes, or others than datasets.
    """
    label_set = trained.data.label_set
    if not trained.classes:
        raise UsageError(
            f"{trained.name}: rates dimensions and knows no classes: `exhubert evaluate` alone "
            "scores it, by CCC (in Python: evaluate_ratings)"
        )
    if not fold and label_set == "six" and trained.classes != list(CLASSES):
        raise UsageError(
            f"{trained.name}: its classes are {', '.join(trained.classes)}: expected those that "
            f"datasets are labelled with, {', '.join(CLASSES)}; a protocol with classes of its "
            "own is named by --protocol"
        )
    of_fold = fold is not None and label_set in NAMED
    return _Kind(trained.name, trained.heads, trained.classes, "six" if of_fold else label_set)


def _require_alike(kind: _Kind, first: _Kind) -> None:
    """Checks that a model can be averaged with the first one.

    Raises:
        UsageError: It has other heads or another label set.
    """
    if (kind.heads, kind.classes) != (first.heads, first.classes):
        raise UsageError(
            f"{kind.name}: has other heads than {first.name}: expected models trained alike"
        )
    if kind.label_set != first.label_set:
        raise UsageError(
            f"{kind.name}: its classes are made of other clips than those of {first.name}: "
            "expected models of one label set"
        )


def part_of(split: str) -> str | None:
    """What :func:`training.data.index.load_index` calls a split: ``None`` for ``all``.

    Raises:
        UsageError: There is no such split.
    """
    if split not in (*SPLITS, ALL):
        raise UsageError(f"unknown split {split!r}: expected one of {', '.join(SPLITS)} or {ALL}")
    return None if split == ALL else split


def require_labelled(
    rows: pd.DataFrame, dataset: str | Path, split: str, where: str | None = None
) -> npt.NDArray[np.intp]:
    """Indices of the rows that have a class, ``(labelled,)``.

    Raises:
        DataError: There are none.
    """
    labelled = np.flatnonzero(rows["label"] != UNLABELLED)
    if not len(labelled):
        which = f" where {where}" if where else ""
        raise DataError(
            f"{dataset}: no labelled utterances in split {split!r}{which}: nothing to score"
        )
    return labelled
