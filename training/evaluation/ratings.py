"""Evaluation of models that rate dimensions and know no classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.common.errors import DataError, UsageError
from training.data.index import load_index
from training.data.manifest import manifest_checksum
from training.data.progress import OnProgress, no_progress
from training.data.recordings import near_recordings
from training.data.row_choice import EVERY_ROW, RowChoice
from training.evaluation.evaluate import part_of, require_different
from training.evaluation.train_test_overlap import (
    SpeakerOverlap,
    audio_overlap,
    speaker_overlap,
    training_clips,
)
from training.inference.batch import predict_index
from training.inference.load_model import load_model
from training.metrics.head_scores import HeadScores, score_heads, score_heads_by_corpus
from training.model.outputs import Predictions
from training.model.provenance import TrainingSpeakers


@dataclass(frozen=True)
class RatingEvaluation:
    """How well models of ratings alone do, one or several trained alike.

    Attributes:
        models: Folder or name of each.
        dataset: Folder of the dataset.
        manifest_sha256: Checksum of its manifest; ``None`` if it has none.
        split: The split scored.
        heads: CCC of each dimension; means over the models.
        corpora: The same per corpus.
        speakers: How many speakers were in the training of any of the models.
        notes: What else the reader has to know.
        where: The condition that rows fulfil; ``None`` for all rows of the split.
    """

    models: list[str]
    dataset: str
    manifest_sha256: str | None
    split: str
    heads: HeadScores
    corpora: dict[str, HeadScores]
    speakers: SpeakerOverlap
    notes: list[str]
    where: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as plain JSON types."""
        return {
            **vars(self),
            "heads": self.heads.to_dict(),
            "corpora": {corpus: scores.to_dict() for corpus, scores in self.corpora.items()},
            "speakers": self.speakers.to_dict(),
        }


def evaluate_ratings(
    models: Sequence[str | Path],
    dataset: str | Path,
    split: str = "test",
    rows: RowChoice = EVERY_ROW,
    batch_size: int = 16,
    on_progress: OnProgress = no_progress,
) -> RatingEvaluation:
    """Scores models of ratings alone on a split of a dataset folder.

    Args:
        models: Folder or hub name of one model, or of several that differ in their seeds only.
        dataset: Dataset folder.
        split: ``train``, ``validation``, ``test``, or :data:`training.evaluation.evaluate.ALL`.
        rows: Which rows of it are scored.
        batch_size: Clips that go through the model at once, where padding changes nothing.
        on_progress: Called as clips are done, each by all models.

    Raises:
        UsageError: There is no such model, dataset, split or corpus; a model knows classes, or
            rates other dimensions than the first; or models are named twice.
        DataError: Fewer than two utterances are rated.
    """
    loaded = [load_model(name) for name in require_different(models)]
    first = loaded[0]
    for model in loaded:
        if model.classes or model.heads != first.heads:
            raise UsageError(f"{model.name}: has other heads than {first.name}: expected the same")
    index = load_index(dataset, part_of(split), rows, labelled=False)
    index = index[index[list(first.heads.dimensions)].notna().any(axis=1)].reset_index(drop=True)
    near = near_recordings(dataset)
    predictions: list[Predictions] = [
        predict_index(
            one.model,
            index,
            one.data.longest,
            batch_size,
            on_progress=lambda more, clips: on_progress(more, clips * len(loaded)),
        )
        for one in loaded
    ]
    scores = score_heads(index, predictions, first.heads)
    if not scores.ratings:
        raise DataError(f"{dataset}: fewer than two rated utterances in split {split!r}")
    training = [TrainingSpeakers.of_model(one.name, one.provenance) for one in loaded]
    trained_on = set().union(*(training_clips(one.provenance, dataset) for one in loaded))
    return RatingEvaluation(
        models=[one.name for one in loaded],
        dataset=str(dataset),
        manifest_sha256=manifest_checksum(dataset),
        split=split,
        heads=scores,
        corpora=score_heads_by_corpus(index, predictions, first.heads),
        speakers=speaker_overlap(index, TrainingSpeakers.of_all(training)),
        notes=audio_overlap(index, trained_on, near),
        where=rows.where,
    )
