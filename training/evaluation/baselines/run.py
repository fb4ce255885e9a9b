"""Running a baseline: rows in, an evaluation out, as of any model."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from pipeline.common.errors import DataError, UsageError
from pipeline.storage.registry import is_remote
from training.data.index import rows_of_part
from training.data.progress import OnProgress, no_progress
from training.data.protocols import FoldChoice, describe_choice
from training.data.recordings import near_recordings
from training.data.row_choice import EVERY_ROW, RowChoice
from training.data.tasks import Task, load_task
from training.evaluation.baselines.egemaps import egemaps, require_opensmile
from training.evaluation.baselines.kinds import BaselineKind
from training.evaluation.baselines.linear import BaselinePredictions
from training.evaluation.baselines.majority import majority
from training.evaluation.baselines.probe import probe
from training.evaluation.evaluate import part_of, require_labelled
from training.evaluation.prediction_table import clip_names
from training.evaluation.score_file import Evaluation, score_predictions
from training.evaluation.train_test_overlap import audio_overlap
from training.inference.load_model import provenance_of_base
from training.model.provenance import TrainingSpeakers

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

    kind: BaselineKind
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
    rows: RowChoice = EVERY_ROW,
    fit_on: RowChoice | None = None,
    keep_in: Path | None = None,
    on_progress: OnProgress = no_progress,
    task: Task = "six",
) -> Evaluation:
    """Fits a baseline on the train split, chooses it on validation and scores it on a split.

    Args:
        baseline: What to run.
        dataset: Dataset folder.
        split: The split to score.
        rows: Which rows of it are scored.
        fit_on: Rows that are fitted and chosen on; ``None`` for the same choice.
        keep_in: Folder for the features of a dataset at a URL; ``None`` to keep none.
        on_progress: Called as clips are done.
        task: Which classes; or a fold of a protocol, with its classes, that is fitted and scored
            on in place of the dataset's split.

    Raises:
        UsageError: There is no such dataset, split, fold or corpus; or the baseline cannot run.
        DataError: There are no labelled utterances, or too few classes, to fit or to score.
    """
    baseline.check()
    part = part_of(split)
    every, classes = load_task(dataset, task, None, rows if fit_on is None else fit_on)
    train, validation = (rows_of_part(every, name) for name in ("train", "validation"))
    left_out: list[str] = []
    if fit_on is None:
        test = rows_of_part(every, part)
    else:
        test, _ = load_task(dataset, task, part, rows, classes, on_note=left_out.append)
    require_labelled(test, dataset, split, rows.where)
    if train.empty:
        raise DataError(f"{dataset}: no labelled utterances in split 'train': nothing to learn")
    near = near_recordings(dataset)
    folder = keep_in if is_remote(str(dataset)) else Path(dataset)
    features = None if folder is None else folder / FEATURES
    predictions = _predict(baseline, features, (train, validation, test), len(classes), on_progress)
    notes = [*predictions.notes, *left_out]
    if isinstance(task, FoldChoice):
        notes = [*describe_choice(dataset, task, sorted(set(test["corpus"]))), *notes]
    notes = [*notes, *audio_overlap(test, clip_names(train), near)]
    training = [TrainingSpeakers.of_rows(train)]
    if baseline.base and (provenance := provenance_of_base(baseline.base)) is not None:
        training.append(TrainingSpeakers.of_model(baseline.base, provenance))
    speakers = TrainingSpeakers.of_all(training)
    scored = score_predictions(
        predictions.table, dataset, split, list(classes), speakers, notes, rows.where
    )
    return replace(scored, trained_parameters=predictions.parameters)


def _predict(
    baseline: Baseline,
    features: Path | None,
    parts: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    classes: int,
    on_progress: OnProgress,
) -> BaselinePredictions:
    """Predictions of a baseline for the last of its parts: train, validation and test."""
    train, validation, test = parts
    if baseline.kind == "majority":
        return BaselinePredictions(majority(train, test, classes), classes, [])
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
