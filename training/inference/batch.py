"""What a model says about the rows of an index, in batches, on one process or several."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from accelerate.utils import gather_object
from torch.utils.data import DataLoader

from training.data.dataset import Utterances, collate, plain_errors, seconds_seen
from training.data.sampling import FixedBatches
from training.data.targets import ExHubertOutput
from training.model.configuration_exhubert import ExHubertConfig
from training.model.modeling_exhubert import ExHubertForSequenceClassification

Rows = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Predictions:
    """What the heads say, one row an utterance.

    Attributes:
        classes: Probabilities of the six classes ``(rows, classes)``.
        emotions: Probabilities of the categories ``(rows, categories)``; None without that head.
        ratings: Of the dimensions, in [0, 1], ``(rows, dimensions)``; None without that head.
    """

    classes: Rows
    emotions: Rows | None = None
    ratings: Rows | None = None

    def take(self, rows: npt.NDArray[np.integer[Any]] | Sequence[int]) -> "Predictions":
        """The predictions of some rows."""
        return self.each(lambda values: values[rows])

    def rows(self) -> "Iterator[Predictions]":
        """The rows one by one, without the axis of rows."""
        for row in range(len(self.classes)):
            yield self.each(itemgetter(row))

    def each(self, change: Callable[[Rows], Rows]) -> "Predictions":
        """What every head says, changed alike."""
        return Predictions(
            change(self.classes),
            None if self.emotions is None else change(self.emotions),
            None if self.ratings is None else change(self.ratings),
        )


@torch.inference_mode()
def predict_index(
    model: ExHubertForSequenceClassification,
    index: pd.DataFrame,
    longest: float,
    batch_size: int = 16,
    workers: int = 0,
    cache: str | None = None,
) -> Predictions:
    """Predicts the whole clips of an index.

    Leaves the model in evaluation mode.

    Args:
        model: The model, on the device it shall run on.
        index: Rows of :func:`training.data.dataset.load_index`.
        longest: Seconds after which a clip is cut off.
        batch_size: Utterances a batch, where padding changes nothing.
        workers: Processes that read audio.
        cache: Folder for copies of shards at URLs.
    """
    model.eval()
    batch_size = evaluation_batch_size(model, batch_size)
    batches = FixedBatches(index, seconds_seen(index, longest), batch_size)
    utterances = Utterances(index, longest=longest, cache=cache)
    loader = DataLoader(
        utterances,
        batch_sampler=batches,
        collate_fn=collate,
        num_workers=workers,
        multiprocessing_context=utterances.worker_context if workers else None,
    )
    order = np.array([row for rows in batches for row in rows], dtype=np.int64)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    with plain_errors():
        parts = [
            as_predictions(
                model(
                    batch["input_values"].to(model.device),
                    attention_mask=batch["attention_mask"].to(model.device),
                )
            )
            for batch in loader
        ]
    return join(parts, model.config).take(place)


def predict_together(
    model: ExHubertForSequenceClassification,
    index: pd.DataFrame,
    longest: float,
    batch_size: int = 16,
    workers: int = 0,
    cache: str | None = None,
) -> Predictions:
    """As :func:`predict_index`, every process of a run taking its share; each gets the whole."""
    rank, world = process_of()
    share = index.iloc[rank::world].reset_index(drop=True)
    parts = gather_object([predict_index(model, share, longest, batch_size, workers, cache)])
    rows = np.concatenate([np.arange(rank, len(index), world) for rank in range(world)])
    return join(parts, model.config).take(np.argsort(rows))


def process_of() -> tuple[int, int]:
    """Number of this process and how many there are, as ``torchrun`` says; alone it is (0, 1)."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def evaluation_batch_size(model: ExHubertForSequenceClassification, batch_size: int) -> int:
    """Clips at once, such that a score never depends on which clips came together.

    A feature encoder with group norm averages over time, padding included, so that its clips go
    one by one; with layer norm padding changes nothing.
    """
    return 1 if model.config.feat_extract_norm == "group" else batch_size


def as_predictions(output: ExHubertOutput, dtype: torch.dtype = torch.float32) -> Predictions:
    """The output of one batch, as probabilities and ratings of that precision."""

    def rows(values: torch.Tensor) -> Rows:
        numbers: Rows = values.cpu().numpy()
        return numbers

    emotion_logits, ratings = output.emotion_logits, output.ratings
    return Predictions(
        rows(output.logits.to(dtype).softmax(dim=-1)),
        None if emotion_logits is None else rows(emotion_logits.to(dtype).softmax(dim=-1)),
        None if ratings is None else rows(ratings.to(dtype)),
    )


def join(parts: Sequence[Predictions], config: ExHubertConfig) -> Predictions:
    """Predictions one below the other; of the model's widths even if there are none."""

    def below(name: str, width: int) -> Rows:
        rows = [getattr(part, name) for part in parts] or [np.empty((0, width), np.float32)]
        return np.concatenate(rows)

    return Predictions(
        below("classes", config.num_labels),
        below("emotions", len(config.emotions)) if config.emotions else None,
        below("ratings", len(config.dimensions)) if config.dimensions else None,
    )
