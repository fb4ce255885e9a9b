"""What a recipe makes of a dataset, before anything is spent: rows, mixture and heads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from pipeline.common.errors import DataError
from pipeline.schema.record import CLASSES, DIMENSIONS
from training.config.recipe import Recipe
from training.config.sections import DataSection
from training.data.index import check_speakers, clipped_durations, rows_of_part
from training.data.protocols import FoldChoice
from training.data.row_choice import RowChoice
from training.data.sampling import EpochBatches, Mixture
from training.data.targets import UNLABELLED, HeadLabels, choose_heads
from training.data.tasks import Task, choose_task, load_task, stated_categories
from training.data.votes import Stated, has_votes, soft_targets

Score = Literal["uar", "ccc"]
"""What may choose a checkpoint."""


@dataclass(frozen=True)
class Plan:
    """What a run will learn from, and how.

    Attributes:
        recipe: Every setting.
        index: Rows of the train split that carry a label of one of the heads.
        validation: The same of the validation split.
        heads: The heads beside that of the six classes: with the labels that occur.
        mixture: How corpora and classes mix.
        classes: Names of the classes, in index order: the six, or those of a protocol; none where
            training rows carry ratings alone.
        voted: Training rows that soft labels are made of; None where there are none to learn.
    """

    recipe: Recipe
    index: pd.DataFrame
    validation: pd.DataFrame
    heads: HeadLabels
    mixture: Mixture
    classes: tuple[str, ...] = CLASSES
    voted: int | None = None

    @property
    def chosen_by(self) -> Score | None:
        """The validation score that chooses a checkpoint: UAR, or CCC where no row has a class.

        None where there is nothing to choose by: the last state is kept.
        """
        if self.classes and (self.validation["label"] != UNLABELLED).any():
            return "uar"
        rated = (self.validation[name].notna().sum() > 1 for name in self.heads.dimensions)
        return "ccc" if any(rated) else None

    @property
    def measured(self) -> pd.DataFrame:
        """The validation rows that are scored; none where there is nothing to choose by."""
        return self.validation if self.chosen_by else self.validation.iloc[:0]

    @property
    def missing_heads(self) -> list[str]:
        """What the recipe wants a head for and no training row carries."""
        wanted = self.recipe.heads
        there = {"emotion": self.heads.emotions, "ratings": self.heads.dimensions}
        asked = {"emotion": wanted.emotion, "ratings": wanted.ratings}
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
        UsageError: The folder is no dataset, or has no such corpus or speaker.
        DataError: The train split has no labelled utterances, or no votes for soft labels.
    """
    data, wanted = recipe.data, recipe.heads
    also = (
        *(["emotion"] if wanted.emotion else []),
        *(DIMENSIONS if wanted.ratings else []),
    )
    check_speakers(dataset, data.exclude_speakers)
    task, rows = recipe_task(data), recipe_rows(data)
    votes = ("votes",) if recipe.loss.soft_labels else ()
    every, classes = load_task(dataset, task, None, rows, also=also, extra=votes)
    index, validation = (rows_of_part(every, part) for part in ("train", "validation"))
    heads = choose_heads(index, emotion=wanted.emotion > 0, ratings=wanted.ratings > 0)
    if not (index["label"] != UNLABELLED).any():
        if not heads.dimensions:
            raise DataError(f"{dataset}: no labelled utterances in split 'train': nothing to learn")
        classes = ()
    voted = None
    if recipe.loss.soft_labels:
        voted = int(has_votes(index).sum())
        if not voted:
            raise DataError(
                f"{dataset}: loss.soft_labels learns the votes of raters, and no training "
                "utterance has any: set loss.soft_labels=false"
            )
        stated = stated_categories(dataset, task, sorted(set(index["corpus"])), classes)
        index = with_shares(index, classes, heads, stated)
    mixture = Mixture(**recipe.sampling.model_dump())
    return Plan(recipe, index, validation, heads, mixture, classes, voted)


def recipe_task(data: DataSection) -> Task:
    """What a recipe learns: the fold that it names, else its label set by the dataset's split."""
    if data.protocol is None or data.fold is None:
        return data.label_set
    return choose_task(data.label_set, FoldChoice(data.protocol, data.fold, data.validation_seed))


def recipe_rows(data: DataSection) -> RowChoice:
    """The rows that a recipe reads."""
    return RowChoice(
        data.corpora,
        data.exclude_corpora,
        data.exclude_speakers,
        data.exclude_audio_of,
        data.where,
    )


def with_shares(
    index: pd.DataFrame, classes: Sequence[str], heads: HeadLabels, stated: Stated
) -> pd.DataFrame:
    """An index with soft labels in place of its votes.

    Args:
        index: Training rows with ``votes``.
        classes: Names of the classes; none where rows carry ratings alone.
        heads: With the categories, if there is a head for them.
        stated: Classes of categories (:func:`training.data.tasks.stated_categories`).

    Returns:
        The index with those columns of :data:`training.data.targets.SHARES` that a head learns.
    """
    shares = {}
    if classes:
        shares["label_shares"] = list(soft_targets(index, len(classes), stated))
    if heads.emotions:
        by_category = index.assign(label=heads.targets(index)["emotion_labels"])
        shares["emotion_shares"] = list(soft_targets(by_category, len(heads.emotions)))
    return index.drop(columns="votes").assign(**shares)
