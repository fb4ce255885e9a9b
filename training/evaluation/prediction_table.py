"""Predictions of models on a split: the utterances, predicted classes and probabilities.

On disk a Parquet file, one row an utterance and model: ``model``, ``id``, ``corpus``, ``speaker``
(null where unknown), ``label``, ``predicted`` (class indices), ``probabilities`` (one a class;
null where a method has none), and ``gender``, ``language`` and ``age`` (null where unknown; files
of earlier releases have none).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from training.data.index import known_speakers

Integers = npt.NDArray[np.integer[Any]]
Probabilities = npt.NDArray[np.float32]

UTTERANCE = ("id", "corpus", "speaker", "label")

TRAITS = ("gender", "language", "age")
"""What is known of speakers and speech beside; null where it is not."""

SCHEMA = pa.schema(
    {
        "model": pa.string(),
        "id": pa.string(),
        "corpus": pa.string(),
        "speaker": pa.string(),
        "label": pa.int8(),
        "predicted": pa.int8(),
        "probabilities": pa.list_(pa.float32()),
        "gender": pa.string(),
        "language": pa.string(),
        "age": pa.float32(),
    }
)


@dataclass(frozen=True)
class PredictionTable:
    """Predictions of one model, or of several trained alike, on the same utterances.

    Attributes:
        models: Folder or name of each model.
        utterances: One row an utterance: ``id``, ``corpus``, ``speaker``, ``label``, and
            :data:`TRAITS`.
        predicted: Class indices ``(models, utterances)``.
        probabilities: ``(models, utterances, classes)``; ``None`` where the method has none.
    """

    models: list[str]
    utterances: pd.DataFrame
    predicted: Integers
    probabilities: Probabilities | None

    @classmethod
    def from_probabilities(
        cls, models: Sequence[str], index: pd.DataFrame, probabilities: Sequence[Probabilities]
    ) -> Self:
        """Predicts the classes of highest probability.

        Args:
            models: Folder or name of each model.
            index: Rows of :func:`training.data.index.load_index`.
            probabilities: One array ``(utterances, classes)`` a model.
        """
        stacked = np.stack(probabilities)
        return cls(list(models), utterances_of(index), stacked.argmax(axis=-1), stacked)

    @property
    def reference(self) -> Integers:
        """True class of each utterance."""
        labels: Integers = self.utterances["label"].to_numpy(dtype=np.int64)
        return labels

    @property
    def speakers(self) -> list[str | None]:
        """Speaker of each utterance, ``None`` where unknown."""
        return known_speakers(self.utterances)

    @property
    def corpora(self) -> set[str]:
        """Corpora that the utterances are of."""
        return set(self.utterances["corpus"])

    def take(self, rows: Integers) -> Self:
        """The predictions of some utterances, by their places ``(rows,)``."""
        probabilities = self.probabilities
        return replace(
            self,
            utterances=self.utterances.iloc[rows].reset_index(drop=True),
            predicted=self.predicted[:, rows],
            probabilities=None if probabilities is None else probabilities[:, rows],
        )


def utterances_of(index: pd.DataFrame) -> pd.DataFrame:
    """The columns of an index that a prediction table keeps."""
    kept = index.reindex(columns=[*UTTERANCE, *TRAITS]).reset_index(drop=True)
    for name in ("gender", "language"):
        kept[name] = kept[name].astype(object).where(kept[name].notna(), None)
    return kept.astype({"age": "float64"})


def clip_names(index: pd.DataFrame) -> set[str]:
    """Identifies the clips of an index: by ids, and by checksums of audio where known."""
    return {*index["id"], *index["audio_xxh3"].dropna()}


def write_prediction_table(table: PredictionTable, path: Path) -> None:
    """Writes predictions as Parquet."""
    traits = utterances_of(table.utterances)
    parts = []
    for number, model in enumerate(table.models):
        probabilities = table.probabilities
        columns = {
            "model": [model] * len(table.utterances),
            "id": table.utterances["id"].tolist(),
            "corpus": table.utterances["corpus"].tolist(),
            "speaker": table.speakers,
            "label": table.reference.tolist(),
            "predicted": table.predicted[number].tolist(),
            "probabilities": [None] * len(table.utterances)
            if probabilities is None
            else probabilities[number].tolist(),
            "gender": traits["gender"].tolist(),
            "language": traits["language"].tolist(),
            "age": pa.array(traits["age"], pa.float32(), from_pandas=True),
        }
        parts.append(pa.table(columns, schema=SCHEMA))
    pq.write_table(pa.concat_tables(parts), path)


def read_prediction_table(path: Path) -> PredictionTable:
    """Reads what :func:`write_prediction_table` wrote.

    Raises:
        DataError: The file is missing or holds something else.
    """
    try:
        table = pq.read_table(path, schema=SCHEMA).to_pandas()
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path}: no predictions to read: {error}") from error
    models = list(dict.fromkeys(table["model"]))
    parts = [part.reset_index(drop=True) for _, part in table.groupby("model", sort=False)]
    if not parts or any(part["id"].tolist() != parts[0]["id"].tolist() for part in parts):
        raise DataError(f"{path}: expected the same utterances of every model")
    missing = table["probabilities"].isna().any()
    return PredictionTable(
        models=models,
        utterances=utterances_of(parts[0]),
        predicted=np.stack([part["predicted"].to_numpy(dtype=np.int64) for part in parts]),
        probabilities=None
        if missing
        else np.stack([np.stack(part["probabilities"].to_list()) for part in parts]),
    )
