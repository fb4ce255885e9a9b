"""A linear probe of frozen features: what a base knows about emotion before it is fine-tuned.

Hidden states are averaged over a clip's frames; on those of one layer a logistic regression is
fitted. Layer and C are chosen by UAR on validation.

Source: Yang et al., "SUPERB: Speech processing Universal PERformance Benchmark", Interspeech 2021;
EmoBox (Ma et al., Interspeech 2024) gives figures of this kind for 32 corpora.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from training.data.progress import OnProgress, no_progress
from training.evaluation.baselines.clip_states import States, count_layers, kept_states
from training.evaluation.baselines.linear import (
    BaselinePredictions,
    Fit,
    Part,
    choose,
    make_logistic,
)
from training.evaluation.prediction_table import PredictionTable
from training.model.build import build_model


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
    layers = count_layers(model)
    if layer is not None and not 0 <= layer < layers:
        raise UsageError(f"--layer {layer}: {base} has the layers 0 to {layers - 1}")
    rows = pd.concat([train, validation, test], ignore_index=True)
    states = kept_states(model, rows, cache_folder, longest, on_progress)
    bounds = np.cumsum([len(train), len(validation)])
    targets = np.split(rows["label"].to_numpy(), bounds)
    best: tuple[Fit, int, States] | None = None
    for number in range(layers) if layer is None else [layer]:
        fitted, chosen, asked = np.split(states.of_layer(number), bounds)
        fit = choose(make_logistic, Part(fitted, targets[0]), Part(chosen, targets[1]))
        if best is None or (fit.uar or 0) > (best[0].uar or 0):
            best = fit, number, asked.copy()
    assert best is not None  # there is at least one layer
    fit, number, asked = best
    probabilities = np.zeros((len(test), classes), np.float32)
    probabilities[:, fit.classifier.classes_] = fit.classifier.predict_proba(asked)
    how = "given" if layer is not None else "not chosen" if fit.uar is None else "by validation UAR"
    note = f"probe of layer {number} of 0 to {layers - 1} ({how}), logistic regression, {fit}"
    table = PredictionTable.from_probabilities([f"probe of {base}"], test, [probabilities])
    return BaselinePredictions(table, fit.parameters, [note])
