"""A linear probe of frozen features: what a base knows about emotion before it is fine-tuned.

Hidden states are averaged over a clip's frames; on those of one layer a logistic regression is
fitted. Layer and C are chosen by UAR on validation.

Source: Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", Interspeech 2021;
EmoBox (Ma et al., Interspeech 2024) gives figures of this kind for 32 corpora.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch.utils.data import DataLoader

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from training.data.dataset import Utterances, collate, require_batch
from training.data.index import clipped_durations
from training.data.progress import OnProgress, no_progress
from training.data.sampling import FixedBatches
from training.evaluation.baselines.linear import (
    BaselinePredictions,
    Fit,
    Part,
    choose,
    make_logistic,
)
from training.evaluation.baselines.state_cache import read_states, states_folder, write_states
from training.evaluation.prediction_table import PredictionTable
from training.inference.batch import evaluation_batch_size
from training.inference.devices import inference_device
from training.model.build import build_model
from training.model.frames import frame_mask
from training.model.modeling_exhubert import ExtendedClassifier

States = npt.NDArray[np.float32]


def probe(
    base: str,
    train: pd.DataFrame,
    validation: pd.DataFrame,
    test: pd.DataFrame,
    layer: int | None = None,
    longest: float = 30.0,
    on_progress: OnProgress = no_progress,
    classes: int = len(CLASSES),
    cache_folder: Path | None = None,
) -> BaselinePredictions:
    """Fits a probe on the train rows, chooses it on the validation rows, predicts the test rows.

    Args:
        base: A HuBERT, wav2vec 2.0 or WavLM, or a model that `exhubert train` or `convert` wrote:
            folder or hub name.
        train: Rows of :func:`training.data.index.load_index`, labelled.
        validation: The same; may be empty.
        test: The same.
        layer: The layer to probe, 0 for what enters the first one; ``None`` to choose.
        longest: Seconds after which a clip is cut off.
        on_progress: Called as clips are encoded.
        classes: How many there are.
        cache_folder: Where hidden states are kept from run to run; ``None`` for nowhere.

    Returns:
        The predictions, and what was chosen.

    Raises:
        UsageError: There is no such base or layer.
        DataError: The train rows have fewer than two classes, or a clip cannot be decoded.
    """
    model = build_model(base, extended_layers=[])
    rows = pd.concat([train, validation, test], ignore_index=True)
    states = kept_states(model, rows, cache_folder, longest, on_progress)
    bounds = np.cumsum([len(train), len(validation)])
    targets = np.split(rows["label"].to_numpy(), bounds)
    layers = states.shape[1]
    if layer is not None and not 0 <= layer < layers:
        raise UsageError(f"--layer {layer}: {base} has the layers 0 to {layers - 1}")
    best: tuple[Fit, int] | None = None
    for number in range(layers) if layer is None else [layer]:
        fitted, chosen, _ = map(Part, np.split(states[:, number], bounds), targets)
        fit = choose(make_logistic, fitted, chosen)
        if best is None or (fit.uar or 0) > (best[0].uar or 0):
            best = fit, number
    assert best is not None  # there is at least one layer
    fit, number = best
    asked = np.split(states[:, number], bounds)[2]
    probabilities = np.zeros((len(test), classes), np.float32)
    probabilities[:, fit.classifier.classes_] = fit.classifier.predict_proba(asked)
    how = "given" if layer is not None else "not chosen" if fit.uar is None else "by validation UAR"
    note = f"probe of layer {number} of 0 to {layers - 1} ({how}), logistic regression, {fit}"
    table = PredictionTable.from_probabilities([f"probe of {base}"], test, [probabilities])
    return BaselinePredictions(table, fit.parameters, [note])


def kept_states(
    model: ExtendedClassifier,
    rows: pd.DataFrame,
    cache_folder: Path | None,
    longest: float = 30.0,
    on_progress: OnProgress = no_progress,
) -> States:
    """:func:`pooled_states`, of which those that are kept are read, and the others added.

    Args:
        model: Whose encoder is probed.
        rows: Rows of an index; without a checksum of their samples they are encoded each time.
        cache_folder: Where states are kept; ``None`` for nowhere.
        longest: Seconds after which a clip is cut off.
        on_progress: Called as clips are done.
    """
    if cache_folder is None:
        return pooled_states(model, rows, longest, on_progress)
    folder = states_folder(cache_folder, model, longest)
    kept = read_states(folder, set(rows["audio_xxh3"].dropna()))
    new = ~rows["audio_xxh3"].isin(kept).to_numpy()
    on_progress(int((~new).sum()), len(rows))
    shape = (model.config.num_hidden_layers + 1, model.config.hidden_size)
    states = np.empty((len(rows), *shape), np.float32)
    for row in np.flatnonzero(~new):
        states[row] = kept[rows["audio_xxh3"].iloc[row]].reshape(shape)
    if new.any():
        fresh = rows[new].reset_index(drop=True)
        states[new] = pooled_states(
            model, fresh, longest, lambda more, _: on_progress(more, len(rows))
        )
        sums = fresh["audio_xxh3"]
        of_sum = zip(sums, states[new], strict=True)
        write_states(folder, {one: state for one, state in of_sum if isinstance(one, str)})
    return states


@torch.inference_mode()
def pooled_states(
    model: ExtendedClassifier,
    rows: pd.DataFrame,
    longest: float = 30.0,
    on_progress: OnProgress = no_progress,
    batch_size: int = 16,
) -> States:
    """Hidden states averaged over the frames of each clip, ``(rows, layers + 1, width)``.

    Args:
        model: Whose encoder is probed.
        rows: Rows of :func:`training.data.index.load_index`.
        longest: Seconds after which a clip is cut off.
        on_progress: Called as clips are encoded.
        batch_size: Clips at once, where padding changes nothing.
    """
    model = model.eval().to(inference_device())
    rows = rows.assign(group=rows.groupby(["shard", "row_group"], sort=True).ngroup())
    batch_size = evaluation_batch_size(model, batch_size)
    batches = FixedBatches(rows, clipped_durations(rows, longest), batch_size)
    loader = DataLoader(
        Utterances(rows, longest=longest), batch_sampler=batches, collate_fn=collate
    )
    config = model.config
    pooled = np.empty((len(rows), config.num_hidden_layers + 1, config.hidden_size), np.float32)
    for indices, batch in zip(batches, map(require_batch, loader), strict=True):
        output = model.base_model(
            batch["input_values"].to(model.device),
            attention_mask=batch["attention_mask"].to(model.device),
            output_hidden_states=True,
        )
        states = torch.stack(output.hidden_states, dim=1)
        valid = frame_mask(batch["attention_mask"].to(model.device), states.shape[2], config)
        valid = valid[:, None, :, None]
        pooled[indices] = ((states * valid).sum(dim=2) / valid.sum(dim=2)).float().cpu().numpy()
        on_progress(len(indices), len(rows))
    return pooled
