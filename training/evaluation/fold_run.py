"""One fold of a benchmark, or one row of a matrix: what is trained on and what is scored."""

from dataclasses import dataclass

from training.config.recipe import Recipe
from training.data.protocols import FoldChoice
from training.data.row_choice import RowChoice
from training.data.tasks import Task


@dataclass(frozen=True)
class FoldRun:
    """One fold, in which each model is trained and scored once.

    Attributes:
        protocol: Its name.
        corpus: The corpus that is scored; of train-on-a-test-on-b, that is trained on.
        fold: Name of the fold.
        number: Of the fold in its corpus, from 1.
        train: Clips.
        validation: Clips.
        test: Clips.
        task: Its classes and parts.
        fitted: Rows that are trained and validated on.
        scored: Rows that are scored.
        split: Part of them that is scored.
    """

    protocol: str
    corpus: str
    fold: str
    number: int
    train: int
    validation: int
    test: int
    task: Task
    fitted: RowChoice
    scored: RowChoice
    split: str = "test"

    @property
    def choice(self) -> FoldChoice | None:
        """The fold of a protocol of the dataset; None where its own split holds."""
        return self.task if isinstance(self.task, FoldChoice) else None

    def __str__(self) -> str:
        return f"{self.protocol}, {self.corpus}, fold {self.fold}"


def fold_recipe(recipe: Recipe, run: FoldRun) -> Recipe:
    """A recipe with the settings of a fold."""
    data, rows, choice = recipe.data, run.fitted, run.choice
    own = {
        "corpora": tuple(rows.corpora),
        "exclude_corpora": (),
        "exclude_speakers": (*data.exclude_speakers, *rows.exclude_speakers),
        "exclude_audio_of": (*data.exclude_audio_of, *rows.exclude_audio_of),
        "label_set": (choice.label_set or "six") if choice else run.task,
        "protocol": choice and choice.protocol,
        "fold": choice and choice.fold,
    }
    return recipe.model_copy(update={"data": data.model_copy(update=own)})
