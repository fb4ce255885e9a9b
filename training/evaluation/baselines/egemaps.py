"""eGeMAPS functionals and a linear SVM: the classical floor of the field.

88 functionals a clip (Eyben et al., "The Geneva Minimalistic Acoustic Parameter Set (GeMAPS) for
Voice Research and Affective Computing", IEEE Transactions on Affective Computing 7, 2016), set
``eGeMAPSv02``, extracted by openSMILE.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.common.cores import usable_cores
from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from pipeline.schema.record import SAMPLE_RATE
from training.data.clips import Samples, decode_clip
from training.data.parquet_audio import AudioReader, ClipLocation, clip_locations
from training.data.progress import OnProgress, no_progress
from training.evaluation.baselines.feature_cache import BLOCK, FeatureCache, Features
from training.evaluation.baselines.linear import BaselinePredictions, Part, choose, make_svm
from training.evaluation.prediction_table import PredictionTable, utterances_of

FEATURES = 88
SHORTEST = SAMPLE_RATE // 10
"""Samples (0.1 s) below which functionals are undefined: shorter clips are padded to it."""


def egemaps(
    train: pd.DataFrame,
    validation: pd.DataFrame,
    test: pd.DataFrame,
    cache_folder: Path | None = None,
    on_progress: OnProgress = no_progress,
) -> BaselinePredictions:
    """Fits the SVM on the train rows, chooses its C on the validation rows, predicts the test rows.

    Args:
        train: Rows of :func:`training.data.index.load_index`, labelled.
        validation: The same; may be empty.
        test: The same.
        cache_folder: Where features are kept from run to run; ``None`` for nowhere.
        on_progress: Called as features are there.

    Returns:
        The predictions, and what was chosen.

    Raises:
        UsageError: openSMILE is not installed.
        DataError: The train rows have fewer than two classes, or a clip cannot be decoded.
    """
    rows = pd.concat([train, validation, test], ignore_index=True)
    features = extract_features(rows, cache_folder, on_progress)
    bounds = np.cumsum([len(train), len(validation)])
    fitted, chosen, asked = (
        Part(part, targets)
        for part, targets in zip(
            np.split(features, bounds), np.split(rows["label"].to_numpy(), bounds), strict=True
        )
    )
    fit = choose(make_svm, fitted, chosen)
    predicted = fit.classifier.predict(asked.features)[None]
    table = PredictionTable(["egemaps"], utterances_of(test), predicted, None)
    note = f"linear SVM on eGeMAPSv02 functionals, {fit}; an SVM gives no probabilities"
    return BaselinePredictions(table, fit.parameters, [note])


def extract_features(
    rows: pd.DataFrame,
    cache_folder: Path | None = None,
    on_progress: OnProgress = no_progress,
) -> Features:
    """Functionals ``(rows, 88)`` of the clips of an index, computed on every core.

    Kept features are found by the checksum of the samples, so that they outlive a rebuilt dataset
    and never serve another clip. Rows without one are extracted each time.

    Raises:
        UsageError: openSMILE is not installed.
    """
    kind = f"egemaps-v02-opensmile-{require_opensmile()}"
    cache = FeatureCache(cache_folder / kind if cache_folder else None)
    sums = [str(s) if pd.notna(s) else f"\0{row}" for row, s in enumerate(rows["audio_xxh3"])]
    known = dict(cache.read(set(sums)))
    missing = rows.reset_index(drop=True)[[checksum not in known for checksum in sums]]
    on_progress(len(rows) - len(missing), len(rows))
    waiting: dict[str, Features] = {}
    try:
        for indices, features in _extract(missing):
            for index, values in zip(indices, features, strict=True):
                known[sums[index]] = values
                if not sums[index].startswith("\0"):
                    waiting[sums[index]] = values
            on_progress(len(indices), len(rows))
            if len(waiting) >= BLOCK:
                cache.write(waiting)
                waiting = {}
    finally:
        cache.write(waiting)
    return np.array([known[checksum] for checksum in sums], np.float32).reshape(-1, FEATURES)


def require_opensmile() -> str:
    """The version of openSMILE.

    Raises:
        UsageError: It is not installed.
    """
    try:
        import opensmile
    except ImportError as error:
        raise UsageError(
            f"the egemaps baseline needs openSMILE: {install_command('baseline')}"
        ) from error
    return str(opensmile.__version__)


def functionals(clip: Samples) -> Features:
    """The 88 functionals of a clip at 16 kHz, ``(88,)``; undefined ones are 0."""
    if len(clip) < SHORTEST:
        clip = np.pad(clip, (0, SHORTEST - len(clip)))
    values: Features = _smile().process_signal(clip, SAMPLE_RATE).to_numpy(np.float32)[0]
    return np.nan_to_num(values)


_own = threading.local()


def _smile() -> Any:
    """One extractor for each thread: an extractor keeps state while it works."""
    import opensmile

    if not hasattr(_own, "smile"):
        _own.smile = opensmile.Smile(
            feature_set=opensmile.FeatureSet.eGeMAPSv02,
            feature_level=opensmile.FeatureLevel.Functionals,
        )
    return _own.smile


def _extract(rows: pd.DataFrame) -> Iterator[tuple[list[int], list[Features]]]:
    """Features by row group, so that each is read once. openSMILE works outside Python's lock."""
    groups = [part for _, part in rows.groupby(["shard", "row_group"], sort=True)]
    jobs = map(clip_locations, groups)
    with ThreadPoolExecutor(usable_cores()) as pool:
        for part, features in zip(groups, pool.map(_extract_group, jobs), strict=True):
            yield part.index.tolist(), features


def _extract_group(locations: list[ClipLocation]) -> list[Features]:
    """Features of some clips of one row group of a shard."""
    clips = AudioReader()
    return [
        functionals(decode_clip(clips.read(location), location.shard, location.id))
        for location in locations
    ]
