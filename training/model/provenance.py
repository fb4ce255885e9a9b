"""Speakers and corpora that a model was trained on, its own base included, by its provenance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.common.errors import UsageError
from pipeline.common.validation_messages import describe_validation_error
from training.config.sections import DataSection
from training.data.index import known_speakers

Provenance = Mapping[str, Any]


@dataclass(frozen=True)
class TrainingSpeakers:
    """Speakers of training data, and its corpora.

    Attributes:
        speakers: Those that are known.
        unknown_utterances: Training utterances of speakers that are not.
        models_without_provenance: Models that do not name the speakers they were trained on.
        corpora: What they were trained on; None where a model does not say.
    """

    speakers: frozenset[str] = frozenset()
    unknown_utterances: int = 0
    models_without_provenance: tuple[str, ...] = ()
    corpora: frozenset[str] | None = None

    @classmethod
    def of_rows(cls, index: pd.DataFrame) -> Self:
        """The speakers of the rows of an index."""
        speakers = known_speakers(index)
        return cls(
            frozenset(speaker for speaker in speakers if speaker is not None),
            speakers.count(None),
            corpora=frozenset(index["corpus"]) if "corpus" in index else None,
        )

    @classmethod
    def of_model(cls, name: str, provenance: Provenance) -> Self:
        """Speakers of a model and of the bases behind it.

        Args:
            name: Of the model, for :attr:`models_without_provenance`.
            provenance: As the model was saved with; empty if it was saved without.
        """
        return cls.of_all(cls._of_stage(name, stage) for stage in stages(provenance))

    @classmethod
    def _of_stage(cls, name: str, stage: Provenance) -> Self:
        if "training_speakers" not in stage:
            return cls(models_without_provenance=(name,))
        splits = stage.get("dataset", {}).get("corpora")
        return cls(
            frozenset(stage["training_speakers"]),
            stage.get("training_utterances_of_unknown_speakers", 0),
            corpora=None
            if splits is None
            else frozenset(corpus for corpus, part in splits.items() if part.get("train")),
        )

    @classmethod
    def of_all(cls, parts: Iterable["TrainingSpeakers"]) -> Self:
        """The speakers of several parts together."""
        parts = list(parts)
        corpora = [part.corpora for part in parts if part.corpora is not None]
        return cls(
            frozenset().union(*(part.speakers for part in parts)),
            sum(part.unknown_utterances for part in parts),
            tuple(dict.fromkeys(name for part in parts for name in part.models_without_provenance)),
            frozenset().union(*corpora) if len(corpora) == len(parts) else None,
        )

    def to_provenance(self) -> dict[str, Any]:
        """The entries of a saved provenance; :meth:`of_model` reads them."""
        return {
            "training_speakers": sorted(self.speakers),
            "training_utterances_of_unknown_speakers": self.unknown_utterances,
        }


class _Dataset(BaseModel):
    manifest_sha256: str | None = None
    content_sha256: str | None = None
    corpora: dict[str, dict[str, int]] | None = None


class _Recipe(BaseModel):
    data: DataSection | None = None


class _Heads(BaseModel):
    emotions: list[str] = []
    dimensions: list[str] = []


class _Stage(BaseModel):
    """What is read of a provenance; it holds more."""

    model_config = ConfigDict(strict=True)

    training_speakers: list[str] = []
    training_utterances_of_unknown_speakers: int = Field(default=0, ge=0)
    dataset: _Dataset = _Dataset()
    recipe: _Recipe = _Recipe()
    heads: _Heads = _Heads()
    base: "_Stage | None" = None


def check_provenance(provenance: object, where: Path) -> dict[str, Any]:
    """The provenance in a file, if all that is read of it has the right type.

    Args:
        provenance: As the file has it.
        where: The file.

    Raises:
        UsageError: It is of another form.
    """
    if not isinstance(provenance, dict):
        raise UsageError(f"{where}: expected an object, as `exhubert train` writes it")
    try:
        _Stage.model_validate(provenance)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(map(str, fault["loc"][-4:]))
        reason = describe_validation_error(fault, _Stage)
        raise UsageError(f"{where}: {key}: {reason}; it is written by `exhubert train`") from error
    return provenance


def stages(provenance: Provenance) -> Iterator[Provenance]:
    """A model's provenance, that of its base, of the base's base and so on."""
    stage: Provenance | None = provenance
    while stage is not None:
        yield stage
        stage = stage.get("base")
