"""Speakers that a model was trained on, its own base included, as its provenance names them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.common.errors import UsageError
from pipeline.common.validation_messages import describe_validation_error
from training.config.recipe import DataSection
from training.data.index import known_speakers

Provenance = Mapping[str, Any]


@dataclass(frozen=True)
class TrainingSpeakers:
    """Speakers of training data.

    Attributes:
        speakers: Those that are known.
        unknown_utterances: Training utterances of speakers that are not.
        models_without_provenance: Models that do not name the speakers they were trained on.
    """

    speakers: frozenset[str] = frozenset()
    unknown_utterances: int = 0
    models_without_provenance: tuple[str, ...] = ()

    @classmethod
    def of_rows(cls, index: pd.DataFrame) -> Self:
        """The speakers of the rows of an index."""
        speakers = known_speakers(index)
        return cls(frozenset(s for s in speakers if s is not None), speakers.count(None))

    @classmethod
    def of_model(cls, name: str, provenance: Provenance) -> Self:
        """Speakers of a model and of the bases behind it.

        Args:
            name: Of the model, for :attr:`models_without_provenance`.
            provenance: As the model was saved with; empty if it was saved without.
        """
        found = cls()
        for stage in stages(provenance):
            if "training_speakers" in stage:
                speakers = frozenset(stage["training_speakers"])
                unknown = stage.get("training_utterances_of_unknown_speakers", 0)
                found = cls.of_all([found, cls(speakers, unknown)])
            else:
                found = cls.of_all([found, cls(models_without_provenance=(name,))])
        return found

    @classmethod
    def of_all(cls, parts: Iterable["TrainingSpeakers"]) -> Self:
        """The speakers of several parts together."""
        parts = list(parts)
        return cls(
            frozenset().union(*(part.speakers for part in parts)),
            sum(part.unknown_utterances for part in parts),
            tuple(dict.fromkeys(name for part in parts for name in part.models_without_provenance)),
        )

    def to_provenance(self) -> dict[str, Any]:
        """The entries of a saved provenance; :meth:`of_model` reads them."""
        return {
            "training_speakers": sorted(self.speakers),
            "training_utterances_of_unknown_speakers": self.unknown_utterances,
        }


class _Dataset(BaseModel):
    manifest_sha256: str | None = None


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
