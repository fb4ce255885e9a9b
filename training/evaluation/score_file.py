"""The score file: everything an evaluation found, and what it was found on.

``scores.json`` holds the scores, ``scores.parquet`` beside it the predictions that they follow
from. Models and baselines are scored by the same code, here.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

from pipeline.common.errors import DataError, UsageError
from pipeline.storage.files import write_atomic
from training.data.manifest import manifest_checksum
from training.evaluation.prediction_table import (
    PredictionTable,
    read_prediction_table,
    write_prediction_table,
)
from training.evaluation.train_test_overlap import SpeakerOverlap, speaker_overlap
from training.metrics.calibration import Calibration, calibrate
from training.metrics.class_scores import ClassScores, score_classes
from training.metrics.groups import GroupScores, score_groups
from training.metrics.head_scores import HeadScores
from training.metrics.scores import Scores
from training.metrics.scores_by_corpus import score_rows
from training.model.provenance import TrainingSpeakers

_KEYS = {"classes": "labels", "class_scores": "classes", "not_trained_on": "foreign_corpora"}
"""Attribute of an evaluation → its key in score files, where another."""


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation of one model, or of several trained alike.

    Attributes:
        models: Folder or name of each model.
        dataset: Folder of the dataset.
        manifest_sha256: Checksum of the dataset's manifest; ``None`` if it has none.
        split: The split scored.
        classes: Names of the classes, in index order.
        overall: Scores over all utterances; means over the models.
        corpora: The same per corpus.
        class_scores: Class → its recall, precision and F1; of the classes that occur.
        groups: Kind (:data:`training.metrics.groups.GROUP_KINDS`) → group → scores, and the
            difference to the rest.
        calibration: Of the probabilities; ``None`` where the method gives none.
        speakers: How many speakers were in the training of any of the models.
        predictions: What the scores follow from.
        notes: What else the reader has to know, such as settings that were chosen.
        where: The condition that rows fulfil; ``None`` for all rows of the split.
        heads: Scores of the emotion categories and ratings; None for a model of six classes only.
        head_corpora: The same per corpus.
        trained_parameters: Parameters that were fitted, of a baseline; None where it isn't known.
        not_trained_on: Corpora scored that none of the models was trained on; None where one does
            not say what it was trained on.
    """

    models: list[str]
    dataset: str
    manifest_sha256: str | None
    split: str
    classes: list[str]
    overall: Scores
    corpora: dict[str, Scores]
    calibration: Calibration | None
    speakers: SpeakerOverlap
    predictions: PredictionTable
    notes: list[str]
    where: str | None = None
    class_scores: dict[str, ClassScores] = field(default_factory=dict)
    groups: dict[str, dict[str, GroupScores]] = field(default_factory=dict)
    heads: HeadScores | None = None
    head_corpora: dict[str, HeadScores] = field(default_factory=dict)
    trained_parameters: int | None = None
    not_trained_on: list[str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as plain JSON types, without the single predictions."""
        values = {name: value for name, value in vars(self).items() if name != "predictions"}
        return {_KEYS.get(name, name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, SpeakerOverlap):
        return value.to_dict()
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def score_predictions(
    predictions: PredictionTable,
    dataset: str | Path,
    split: str,
    classes: list[str],
    training: TrainingSpeakers,
    notes: Collection[str] = (),
    where: str | None = None,
) -> Evaluation:
    """Scores predictions: overall, per corpus, calibration, speakers.

    Args:
        predictions: Of one model, or of several trained alike.
        dataset: Folder of the dataset.
        split: The split the utterances are of.
        classes: Names of the classes, in index order.
        training: Speakers and corpora of the models' training.
        notes: What else the reader has to know.
        where: The condition that the utterances fulfil, if there was one.
    """
    return _score(
        predictions,
        dataset=str(dataset),
        manifest_sha256=manifest_checksum(dataset),
        split=split,
        classes=list(classes),
        speakers=speaker_overlap(predictions.utterances, training),
        notes=[*([f"only rows where {where}"] if where else []), *notes],
        where=where,
        not_trained_on=None
        if training.corpora is None
        else sorted(set(predictions.utterances["corpus"]) - training.corpora),
    )


def _score(predictions: PredictionTable, classes: list[str], **facts: Any) -> Evaluation:
    utterances, predicted = predictions.utterances, predictions.predicted
    overall, corpora = score_rows(utterances, predicted, len(classes))
    probabilities = predictions.probabilities
    return Evaluation(
        models=predictions.models,
        classes=classes,
        overall=overall,
        corpora=corpora,
        class_scores=score_classes(predictions.reference, predicted, predictions.speakers, classes),
        groups=score_groups(utterances, predicted, len(classes)),
        calibration=None
        if probabilities is None
        else calibrate(probabilities, predictions.reference),
        predictions=predictions,
        **facts,
    )


def rescore(evaluation: Evaluation, predictions: PredictionTable, **facts: Any) -> Evaluation:
    """Scores other predictions of the same models, such as those of some utterances.

    Args:
        evaluation: Whose facts hold for them, too; scores of further heads are left out.
        predictions: What is scored.
        facts: Attributes that differ.
    """
    same = ("dataset", "manifest_sha256", "split", "classes", "speakers", "notes", "where")
    kept = {name: getattr(evaluation, name) for name in (*same, "not_trained_on")}
    return _score(predictions, **(kept | facts))


def write_scores(evaluation: Evaluation, path: Path) -> list[Path]:
    """Writes the score file and the predictions beside it.

    Returns:
        The files written.

    Raises:
        UsageError: The path does not end in ``.json``.
    """
    table = prediction_table_path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_prediction_table(evaluation.predictions, table)
    checksum = hashlib.sha256(table.read_bytes()).hexdigest()
    values = {
        **evaluation.to_dict(),
        "answers": {"file": table.name, "sha256": checksum},
    }
    text = json.dumps(values, indent=2, ensure_ascii=False)
    write_atomic(path, text + "\n")
    return [path, table]


def read_scores(path: str | Path) -> Evaluation:
    """Reads a score file with its predictions, and scores them anew; further heads are left out.

    Raises:
        UsageError: There is no such file, or it is no score file.
        DataError: The predictions are missing or not those the file was written with.
    """
    path = Path(path)
    table = prediction_table_path(path)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        checksum = values["answers"]["sha256"]
        overlap = SpeakerOverlap.from_dict(values["speakers"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(
            f"{path}: not a score file: expected one that `exhubert evaluate --output` or "
            f"`exhubert baseline --output` wrote ({type(error).__name__}: {error})"
        ) from error
    if not table.is_file():
        raise DataError(f"{table}: missing: expected the predictions of {path.name} beside it")
    if hashlib.sha256(table.read_bytes()).hexdigest() != checksum:
        raise DataError(f"{table}: not the answers that {path.name} was written with")
    facts = {name: values[name] for name in ("dataset", "manifest_sha256", "split", "notes")}
    facts["where"] = values.get("where")  # not in older files, nor is the next
    facts["not_trained_on"] = values.get("foreign_corpora")
    return _score(read_prediction_table(table), values["labels"], speakers=overlap, **facts)


def prediction_table_path(path: Path) -> Path:
    """The Parquet file that belongs to a score file.

    Raises:
        UsageError: The path does not end in ``.json``.
    """
    if path.suffix != ".json":
        raise UsageError(f"{path}: a score file ends in .json, as in {path.with_suffix('.json')}")
    return path.with_suffix(".parquet")


def sentence(text: str) -> str:
    """A statement with a capital and a full stop.

    >>> sentence("no speaker is known")
    'No speaker is known.'
    """
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
