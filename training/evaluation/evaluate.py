"""Evaluation: trained models against a split of a dataset, overall and per corpus."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.common.errors import DataError, UsageError
from pipeline.schema.record import CLASSES, SPLITS
from training.data.index import load_index
from training.data.targets import UNLABELLED
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.score_file import Evaluation, score_predictions
from training.evaluation.train_test_overlap import audio_overlap, training_clips
from training.inference.batch import predict_index
from training.inference.load_model import load_model
from training.metrics.head_scores import score_heads, score_heads_by_corpus
from training.model.outputs import Predictions
from training.model.provenance import TrainingSpeakers

ALL = "all"
"""The split that stands for all of them: for a dataset that training did not see."""


def evaluate(
    models: str | Path | Sequence[str | Path],
    dataset: str | Path,
    split: str = "test",
    corpora: Collection[str] = (),
    batch_size: int = 16,
) -> Evaluation:
    """Scores a trained model on a split of a dataset folder, or several trained alike.

    Args:
        models: Folder or hub name of a model, or of several that differ in their seeds only.
        dataset: Dataset folder.
        split: ``train``, ``validation``, ``test``, or :data:`ALL`.
        corpora: Corpora to score; none means all.
        batch_size: Clips that go through the model at once, where padding changes nothing.

    Returns:
        Scores overall and per corpus, of several models their means; predictions; and how many
        speakers and clips were in training.

    Raises:
        UsageError: There is no such model, dataset, split or corpus; a model has other classes
            than datasets; or models are named twice or have other heads than the first.
        DataError: The split has no labelled utterances.
    """
    names = [str(model) for model in ([models] if isinstance(models, str | Path) else models)]
    if len(set(names)) < len(names):
        raise UsageError(f"models named twice: {', '.join(names)}: expected different ones")
    predictions: list[Predictions] = []
    training: list[TrainingSpeakers] = []
    clips: set[str] = set()
    for name in names:
        trained = load_model(name)
        if trained.labels != list(CLASSES):
            raise UsageError(
                f"{name}: its classes are {', '.join(trained.labels)}: expected those that "
                f"datasets are labelled with, {', '.join(CLASSES)}"
            )
        if not predictions:
            heads = trained.heads
            rows = load_index(dataset, part_of(split), tuple(corpora), also=heads.columns)
            labelled = _labelled(rows, dataset, split)
        elif trained.heads != heads:
            raise UsageError(
                f"{name}: has other heads than {names[0]}: expected models trained alike"
            )
        predictions.append(predict_index(trained.model, rows, trained.data.longest, batch_size))
        training.append(TrainingSpeakers.of_model(name, trained.provenance))
        clips |= training_clips(trained.provenance, dataset)
    index = rows.iloc[labelled].reset_index(drop=True)
    table = PredictionTable.from_probabilities(
        names, index, [one.classes[labelled] for one in predictions]
    )
    notes = audio_overlap(index, clips)
    evaluation = score_predictions(
        table, dataset, split, list(CLASSES), TrainingSpeakers.of_all(training), notes
    )
    if not heads.columns:
        return evaluation
    return replace(
        evaluation,
        heads=score_heads(rows, predictions, heads),
        head_corpora=score_heads_by_corpus(rows, predictions, heads),
    )


def labelled_rows(dataset: str | Path, split: str, corpora: Collection[str] = ()) -> pd.DataFrame:
    """The rows of a split that have one of the six classes, to be scored.

    Raises:
        UsageError: There is no such dataset, split or corpus.
        DataError: The split has no labelled utterances.
    """
    index = load_index(dataset, part_of(split), tuple(corpora))
    _labelled(index, dataset, split)
    return index


def part_of(split: str) -> str | None:
    """What :func:`training.data.index.load_index` calls a split: ``None`` for ``all``.

    Raises:
        UsageError: There is no such split.
    """
    if split not in (*SPLITS, ALL):
        raise UsageError(f"unknown split {split!r}: expected one of {', '.join(SPLITS)} or {ALL}")
    return None if split == ALL else split


def _labelled(rows: pd.DataFrame, dataset: str | Path, split: str) -> npt.NDArray[np.intp]:
    """Indices of the rows that have one of the six classes, ``(labelled,)``."""
    labelled = np.flatnonzero(rows["label"] != UNLABELLED)
    if not len(labelled):
        raise DataError(f"{dataset}: no labelled utterances in split {split!r}: nothing to score")
    return labelled
