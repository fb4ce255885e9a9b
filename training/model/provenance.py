"""What a model says of its training: the speakers heard, by it and by the models behind it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from training.data.index import known_speakers

Provenance = Mapping[str, Any]


@dataclass(frozen=True)
class TrainingSpeakers:
    """The speakers that training heard.

    Attributes:
        speakers: Those that are known.
        unknown_utterances: Training utterances of speakers that are not.
        silent: Models that do not say whom they were trained on.
    """

    speakers: frozenset[str] = frozenset()
    unknown_utterances: int = 0
    silent: tuple[str, ...] = ()

    @classmethod
    def of_rows(cls, index: pd.DataFrame) -> Self:
        """What there is to hear in the rows of an index."""
        speakers = known_speakers(index)
        return cls(frozenset(s for s in speakers if s is not None), speakers.count(None))

    @classmethod
    def of_model(cls, name: str, provenance: Provenance) -> Self:
        """What a model says, and the models behind it; ``name`` stands for it where it does not."""
        heard = cls()
        for stage in stages(provenance):
            if "training_speakers" in stage:
                speakers = frozenset(stage["training_speakers"])
                unknown = stage.get("training_utterances_of_unknown_speakers", 0)
                heard = cls.of_all([heard, cls(speakers, unknown)])
            else:
                heard = cls.of_all([heard, cls(silent=(name,))])
        return heard

    @classmethod
    def of_all(cls, parts: Iterable["TrainingSpeakers"]) -> Self:
        """What several heard together."""
        parts = list(parts)
        return cls(
            frozenset().union(*(part.speakers for part in parts)),
            sum(part.unknown_utterances for part in parts),
            tuple(dict.fromkeys(name for part in parts for name in part.silent)),
        )

    def to_provenance(self) -> dict[str, Any]:
        """What a model that was trained on this says of it."""
        return {
            "training_speakers": sorted(self.speakers),
            "training_utterances_of_unknown_speakers": self.unknown_utterances,
        }


def stages(provenance: Provenance) -> Iterator[Provenance]:
    """A model's provenance, that of its base, of the base's base and so on."""
    stage: Provenance | None = provenance
    while stage is not None:
        yield stage
        stage = stage.get("base")
