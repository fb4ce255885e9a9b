"""Whom and what training heard: what an evaluation must say beside its scores.

A model says it in its provenance, and in that of the model it was fine-tuned from, and so on. What
pre-training without labels heard, as HuBERT's, does not count.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from training.config.recipe import DataSection
from training.data.dataset_files import manifest_checksum
from training.data.targets import HeadLabels
from training.evaluation.prediction_table import clip_names
from training.finetuning.run_plan import load_part
from training.model.provenance import Provenance, TrainingSpeakers, stages


@dataclass(frozen=True)
class SpeakerOverlap:
    """Whether the speakers of an evaluation were heard in training.

    Attributes:
        seen: Speakers of the evaluation that were in training.
        unseen: Speakers of the evaluation that are not known to have been.
        unknown_utterances: Utterances evaluated whose speaker is not known.
        unknown_in_training: Training utterances whose speaker is not known.
        silent: Models that do not say whom they were trained on.
    """

    seen: int
    unseen: int
    unknown_utterances: int
    unknown_in_training: int = 0
    silent: list[str] = field(default_factory=list)

    @property
    def independent(self) -> bool:
        """Whether all speakers that are known are known not to have been in training."""
        return bool(self.unseen) and not (self.seen or self.unknown_in_training or self.silent)

    def __str__(self) -> str:
        total = self.seen + self.unseen
        unchecked = "speaker independence cannot be checked"
        if self.seen:
            text = f"{self.seen} of {total} speakers WERE in training: not speaker-independent"
        elif self.silent:
            text = f"{', '.join(self.silent)} does not say whom it was trained on: {unchecked}"
        elif not total:
            text = f"no speaker is known: {unchecked}"
        elif self.unknown_in_training:
            text = (
                f"none of the {total} speakers is known to have been in training, but of "
                f"{self.unknown_in_training} utterances there the speaker is unknown: {unchecked}"
            )
        else:
            text = f"none of the {total} speakers was in training: speaker-independent"
        if self.unknown_utterances and total:
            text += f" ({self.unknown_utterances} utterances of unknown speakers unchecked)"
        return text


def speaker_overlap(index: pd.DataFrame, heard: TrainingSpeakers) -> SpeakerOverlap:
    """Compares the speakers of an index with those heard in training."""
    there = TrainingSpeakers.of_rows(index)
    return SpeakerOverlap(
        seen=len(there.speakers & heard.speakers),
        unseen=len(there.speakers - heard.speakers),
        unknown_utterances=there.unknown_utterances,
        unknown_in_training=heard.unknown_utterances,
        silent=list(heard.silent),
    )


def training_clips(provenance: Provenance, dataset: str | Path) -> set[str]:
    """What training clips are recognised by, as far as they were of this dataset."""
    clips: set[str] = set()
    checksum = manifest_checksum(dataset)
    for stage in stages(provenance):
        if checksum is not None and stage.get("dataset", {}).get("manifest_sha256") == checksum:
            data = DataSection.model_validate(stage["recipe"]["data"])
            heads = HeadLabels(**{name: tuple(labels) for name, labels in stage["heads"].items()})
            clips |= clip_names(load_part(dataset, "train", data, heads.columns))
    return clips


def audio_overlap(index: pd.DataFrame, heard: Collection[str]) -> list[str]:
    """A note on the utterances of an index that were heard in training; none if there are none.

    Args:
        index: Rows with ``id`` and ``audio_xxh3``.
        heard: What training clips are recognised by
            (:func:`training.evaluation.prediction_table.clip_names`).
    """
    seen = (index["id"].isin(heard) | index["audio_xxh3"].isin(heard)).sum()
    return [f"the audio of {seen} of {len(index)} utterances WAS in training"] if seen else []
