"""Predictions of a model for the rows of an index, in batches, on one process or several."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from accelerate.utils import gather_object
from torch import Tensor
from torch.utils.data import DataLoader

from pipeline.common.errors import DataError
from training.config.processes import rank_and_world
from training.data.dataset import Utterances, collate, require_batch
from training.data.index import clipped_durations
from training.data.progress import OnProgress, no_progress
from training.data.sampling import FixedBatches
from training.model.hub_files import CONFIG_FILE
from training.model.modeling_exhubert import ExtendedClassifier
from training.model.outputs import Predictions, as_predictions, join
from training.model.untrusted_checkpoint import LOADING_ERRORS, reason_of


@torch.inference_mode()
def predict_index(
    model: ExtendedClassifier,
    index: pd.DataFrame,
    longest: float,
    batch_size: int = 16,
    workers: int = 0,
    cache: str | None = None,
    on_progress: OnProgress = no_progress,
) -> Predictions:
    """Predicts the whole clips of an index.

    Leaves the model in evaluation mode.

    Args:
        model: The model, on the device it shall run on.
        index: Rows of :func:`training.data.index.load_index`.
        longest: Seconds after which a clip is cut off.
        batch_size: Utterances a batch, where padding changes nothing.
        workers: Processes that read audio.
        cache: Folder for copies of shards at URLs.
        on_progress: Called after each batch.
    """
    model.eval()
    batch_size = evaluation_batch_size(model, batch_size)
    batches = FixedBatches(index, clipped_durations(index, longest), batch_size)
    utterances = Utterances(index, longest=longest, cache=cache)
    loader = DataLoader(
        utterances,
        batch_sampler=batches,
        collate_fn=collate,
        num_workers=workers,
        multiprocessing_context=utterances.worker_context if workers else None,
    )
    order = np.array([row for rows in batches for row in rows], dtype=np.int64)
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    parts = []
    for rows, batch in zip(batches, map(require_batch, loader), strict=True):
        parts.append(predict_batch(model, batch))
        on_progress(len(rows), len(index))
    return join(parts, model.config).take(position)


def predict_together(
    model: ExtendedClassifier,
    index: pd.DataFrame,
    longest: float,
    batch_size: int = 16,
    workers: int = 0,
    cache: str | None = None,
) -> Predictions:
    """As :func:`predict_index`, each process of a run on its share of the rows.

    Args:
        model: The model, on the device it shall run on.
        index: Rows of :func:`training.data.index.load_index`, the same in every process.
        longest: Seconds after which a clip is cut off.
        batch_size: Utterances a batch, where padding changes nothing.
        workers: Processes that read audio, for each process of the run.
        cache: Folder for copies of shards at URLs.

    Returns:
        Predictions of all rows, in every process.
    """
    rank, world = rank_and_world()
    share = index.iloc[rank::world].reset_index(drop=True)
    parts = gather_object([predict_index(model, share, longest, batch_size, workers, cache)])
    rows = np.concatenate([np.arange(rank, len(index), world) for rank in range(world)])
    return join(parts, model.config).take(np.argsort(rows))


def predict_batch(
    model: ExtendedClassifier, batch: Mapping[str, Tensor], dtype: torch.dtype = torch.float32
) -> Predictions:
    """Predicts one batch.

    Args:
        model: In evaluation mode, on the device it shall run on.
        batch: ``input_values`` and ``attention_mask``, both ``(clips, samples)``.
        dtype: Of the predictions.

    Raises:
        DataError: The model cannot be run as it is configured, or gives values that are no
            numbers.
    """
    try:
        output = model(
            batch["input_values"].to(model.device),
            attention_mask=batch["attention_mask"].to(model.device),
        )
    except torch.OutOfMemoryError:
        raise
    except LOADING_ERRORS as error:
        raise DataError(
            f"{_name_of(model)}: it cannot be run: {reason_of(error)}; is {CONFIG_FILE} the one "
            "that it was trained with?"
        ) from error
    predictions = as_predictions(output, dtype)
    if not predictions.are_finite():
        raise DataError(
            f"{_name_of(model)}: it gives values that are no numbers (NaN): its weights are "
            "damaged, or its training has diverged"
        )
    return predictions


def _name_of(model: ExtendedClassifier) -> str:
    return model.name_or_path or "the model"


def evaluation_batch_size(model: ExtendedClassifier, batch_size: int) -> int:
    """Clips at once, such that a score never depends on which clips came together.

    A feature encoder with group norm averages over time, padding included, so that its clips go
    one by one; with layer norm padding changes nothing.
    """
    return 1 if model.config.feat_extract_norm == "group" else batch_size
