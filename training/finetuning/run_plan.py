"""What a recipe makes of a dataset, before anything is spent: rows, mixture and heads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.common.errors import DataError
from pipeline.schema.record import CLASSES, DIMENSIONS
from training.config.recipe import DataSection, Recipe
from training.data.index import clipped_durations, load_index
from training.data.label_sets import load_labelled
from training.data.protocols import (
    FoldChoice,
    choose_fold_corpora,
    fold_labels,
    load_fold,
    read_protocol,
)
from training.data.sampling import EpochBatches, Mixture
from training.data.targets import UNLABELLED, HeadLabels, choose_heads


@dataclass(frozen=True)
class Plan:
    """What a run will learn from, and how.

    Attributes:
        recipe: Every setting.
        index: Rows of the train split that carry a label of one of the heads.
        validation: The same of the validation split.
        heads: The heads beside that of the six classes: with the labels that occur.
        mixture: How corpora and classes mix.
        labels: Names of the classes, in index order: the six, or those of a protocol.
    """

    recipe: Recipe
    index: pd.DataFrame
    validation: pd.DataFrame
    heads: HeadLabels
    mixture: Mixture
    labels: tuple[str, ...] = CLASSES

    @property
    def has_validation(self) -> bool:
        """Whether there are validation rows of the six classes, to choose a checkpoint by."""
        return bool((self.validation["label"] != UNLABELLED).any())

    @property
    def missing_heads(self) -> list[str]:
        """What the recipe wants a head for and no training row carries."""
        wanted = self.recipe.heads
        there = {"emotions": self.heads.emotions, "ratings": self.heads.dimensions}
        asked = {"emotions": wanted.emotion, "ratings": wanted.ratings}
        return [name for name, weight in asked.items() if weight and not there[name]]

    def batches(self, rank: int = 0, world: int = 1) -> EpochBatches:
        """The batches of process ``rank`` of ``world``."""
        return EpochBatches(
            self.index,
            clipped_durations(self.index, self.recipe.data.window),
            self.mixture,
            self.recipe.optimizer.batch_size,
            self.recipe.run.seed,
            rank,
            world,
        )


def plan_run(recipe: Recipe, dataset: str | Path) -> Plan:
    """Reads the metadata of a dataset and settles what a run will learn from.

    Raises:
        UsageError: The folder is no dataset, or has no such corpus.
        DataError: The train split has no labelled utterances.
    """
    data, wanted = recipe.data, recipe.heads
    also = (
        *(["emotion"] if wanted.emotion else []),
        *(DIMENSIONS if wanted.ratings else []),
    )
    index, validation = (load_part(dataset, split, data, also) for split in ("train", "validation"))
    if not (index["label"] != UNLABELLED).any():
        raise DataError(f"{dataset}: no labelled utterances in split 'train': nothing to learn")
    heads = choose_heads(index, emotion=wanted.emotion > 0, ratings=wanted.ratings > 0)
    mixture = Mixture(**recipe.sampling.model_dump())
    return Plan(recipe, index, validation, heads, mixture, _labels(dataset, data))


def _labels(dataset: str | Path, data: DataSection) -> tuple[str, ...]:
    """Names of the classes that a run learns."""
    if data.label_set != "six":
        return _load_labelled(dataset, None, data)[1]
    if data.protocol is None:
        return CLASSES
    protocol = read_protocol(dataset, data.protocol)
    return fold_labels(protocol, choose_fold_corpora(protocol, data.corpora, data.exclude_corpora))


def fold_choice(data: DataSection) -> FoldChoice | None:
    """The fold that a recipe names; None where it goes by the dataset's own split."""
    if data.protocol is None or data.fold is None:
        return None
    return FoldChoice(data.protocol, data.fold, data.validation_seed)


def load_part(
    dataset: str | Path, split: str, data: DataSection, also: Sequence[str] = ()
) -> pd.DataFrame:
    """The rows of a split that a recipe reads.

    Args:
        dataset: Folder or URL.
        split: ``train`` or ``validation``.
        data: What the recipe says about data.
        also: Columns of which one alone keeps a row without a six-class label; in a fold of a
            protocol, and with another label set, all rows have a class.

    Raises:
        UsageError: The folder is no dataset, or has no such corpus, protocol or fold.
    """
    if choice := fold_choice(data):
        return load_fold(
            dataset,
            choice,
            split,
            data.corpora,
            data.exclude_corpora,
            exclude_speakers=data.exclude_speakers,
            exclude_audio_of=data.exclude_audio_of,
            where=data.where,
        )
    if data.label_set != "six":
        return _load_labelled(dataset, split, data)[0]
    return load_index(
        dataset,
        split,
        data.corpora,
        data.exclude_corpora,
        also=also,
        exclude_speakers=data.exclude_speakers,
        exclude_audio_of=data.exclude_audio_of,
        where=data.where,
    )


def _load_labelled(
    dataset: str | Path, split: str | None, data: DataSection
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    return load_labelled(
        dataset,
        data.label_set,
        split,
        data.corpora,
        data.exclude_corpora,
        exclude_speakers=data.exclude_speakers,
        exclude_audio_of=data.exclude_audio_of,
        where=data.where,
    )
