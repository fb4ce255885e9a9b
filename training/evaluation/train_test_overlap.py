"""Training speakers and clips, to report overlap with the evaluated split.

They are found in the provenance of a model and of the models it was fine-tuned from. Pre-training
without labels, as HuBERT's, does not count.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import pandas as pd

from pipeline.common.count import count
from training.config.sections import DataSection
from training.data.manifest import content_checksum, earlier_checksums
from training.data.protocols import FoldChoice, as_trained
from training.data.targets import HeadLabels
from training.data.tasks import load_task
from training.evaluation.prediction_table import clip_names
from training.finetuning.run_plan import recipe_rows, recipe_task
from training.model.provenance import Provenance, TrainingSpeakers, stages

_TRAINED_ON = "WAS in training"


@dataclass(frozen=True)
class SpeakerOverlap:
    """How many speakers of an evaluation were in training.

    Attributes:
        seen: Speakers of the evaluation that were in training.
        unseen: Speakers of the evaluation that are not known to have been.
        unknown_utterances: Utterances evaluated whose speaker is not known.
        unknown_in_training: Training utterances whose speaker is not known.
        models_without_provenance: Models that do not name the speakers they were trained on.
    """

    seen: int
    unseen: int
    unknown_utterances: int
    unknown_in_training: int = 0
    models_without_provenance: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The overlap as plain JSON types; a score file calls models without provenance silent."""
        values = asdict(self)
        values["silent"] = values.pop("models_without_provenance")
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reads what :meth:`to_dict` gives.

        Raises:
            KeyError: A value is missing.
            TypeError: A value is not known.
        """
        rest = dict(values)
        return cls(models_without_provenance=rest.pop("silent", []), **rest)

    @property
    def independent(self) -> bool:
        """Whether all speakers that are known are known not to have been in training."""
        return bool(self.unseen) and not (
            self.seen or self.unknown_in_training or self.models_without_provenance
        )

    def __str__(self) -> str:
        total = self.seen + self.unseen
        unchecked = "speaker independence cannot be checked"
        if self.seen:
            were = "WAS" if total == 1 else "WERE"
            speakers = f"{self.seen} of {count(total, 'speaker')}"
            text = f"{speakers} {were} in training: not speaker-independent"
        elif self.models_without_provenance:
            names = ", ".join(self.models_without_provenance)
            text = f"{names} does not say whom it was trained on: {unchecked}"
        elif not total:
            text = f"no speaker is known: {unchecked}"
        elif self.unknown_in_training:
            text = (
                f"{_none_of(total, 'is', 'known to have been in training')}, but of "
                f"{count(self.unknown_in_training, 'utterance')} there the speaker is unknown: "
                f"{unchecked}"
            )
        else:
            text = f"{_none_of(total, 'was', 'in training')}: speaker-independent"
        if self.unknown_utterances and total:
            unknown = count(self.unknown_utterances, "utterance")
            text += f" ({unknown} of unknown speakers unchecked)"
        return text


def _none_of(speakers: int, verb: str, rest: str) -> str:
    if speakers == 1:
        return f"the one speaker {verb} not {rest}"
    return f"none of the {speakers} speakers {verb} {rest}"


def speaker_overlap(index: pd.DataFrame, training: TrainingSpeakers) -> SpeakerOverlap:
    """Compares the speakers of an index with those of training."""
    there = TrainingSpeakers.of_rows(index)
    return SpeakerOverlap(
        seen=len(there.speakers & training.speakers),
        unseen=len(there.speakers - training.speakers),
        unknown_utterances=there.unknown_utterances,
        unknown_in_training=training.unknown_utterances,
        models_without_provenance=list(training.models_without_provenance),
    )


def training_clips(provenance: Provenance, dataset: str | Path) -> set[str]:
    """Ids and audio checksums of a model's training clips, as far as they were of this dataset."""
    clips: set[str] = set()
    for stage in stages(provenance):
        if _learnt_from(stage, dataset):
            data = DataSection.model_validate(stage["recipe"]["data"])
            heads = HeadLabels(**{name: tuple(labels) for name, labels in stage["heads"].items()})
            task, rows = recipe_task(data), recipe_rows(data)
            if isinstance(task, FoldChoice):
                task = as_trained(dataset, task, rows)
            index, _ = load_task(dataset, task, "train", rows, also=heads.columns)
            clips |= clip_names(index)
    return clips


def _learnt_from(stage: Provenance, dataset: str | Path) -> bool:
    """Whether a stage was trained on this dataset, protocols apart that came or went since.

    Of older models only the checksum of the whole manifest is known.
    """
    described = stage.get("dataset", {})
    known = described.get("content_sha256") or described.get("manifest_sha256")
    if known is None:
        return False
    protocol: str | None = stage["recipe"]["data"].get("protocol")
    return known in {content_checksum(dataset, protocol), *earlier_checksums(dataset, protocol)}


def audio_overlap(
    index: pd.DataFrame, training: Collection[str], near: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """A note on the utterances of an index that were in training; none if there are none.

    Args:
        index: Rows with ``id`` and ``audio_xxh3``.
        training: Ids and audio checksums of training clips
            (:func:`training.evaluation.prediction_table.clip_names`).
        near: Forms of one recording (:func:`training.data.recordings.near_recordings`).
    """
    equal = index["id"].isin(training) | index["audio_xxh3"].isin(training)
    heard = {near[name] for name in training if name in near}
    forms = ~equal & index["audio_xxh3"].map(near).isin(heard)
    seen = equal | forms
    whole = count(len(index), "utterance")
    other = f", {forms.sum()} of them in another form," if forms.any() else ""
    return [f"the audio of {seen.sum()} of {whole}{other} {_TRAINED_ON}"] if seen.any() else []


def tells_overlap(note: str) -> bool:
    """Whether a note of an evaluation is one of :func:`audio_overlap`.

    >>> tells_overlap("the audio of 2 of 9 utterances WAS in training")
    True
    """
    return note.endswith(_TRAINED_ON)
