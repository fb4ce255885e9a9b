"""The folder of a training run: what may be written there, and what a run leaves in it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.common.errors import UsageError
from pipeline.splits.protocols.protocol import BY_NAME
from pipeline.storage.files import atomic_path
from training.config.processes import rank_and_world
from training.config.recipe import Recipe, differences, load_recipe, write_recipe
from training.config.run_files import PROVENANCE_FILE, RECIPE_FILE

CHECKPOINTS = "checkpoints"
"""Folder of a run's checkpoints, which goes when the run is complete."""

START_FILE = "start.json"
"""Beside the checkpoints: dataset and processes that the run was started with."""

WRITTEN = ("README.md", "config.json", "model.safetensors", "preprocessor_config.json")
"""Files written at the end; if present without our recipe, the folder is someone else's."""

COMPLETE_MARK = "whole"
"""Mark of a checkpoint that is complete; one without was being written when its run was killed."""


@dataclass(frozen=True)
class RunIdentity:
    """What a run is started with, and must be resumed with.

    Attributes:
        recipe: Every setting.
        dataset: What tells the dataset from others (:func:`training.data.dataset_files.identity`).
        processes: How many share an epoch.
        earlier: What earlier releases would call the dataset
            (:func:`training.data.manifest.earlier_checksums`).
    """

    recipe: Recipe
    dataset: str
    processes: int
    earlier: frozenset[str] = frozenset()

    def data(self) -> dict[str, Any]:
        """What is not in the recipe, as plain JSON types."""
        return {"dataset": self.dataset, "processes": self.processes}


def check_run_folder(output: Path, resume: bool) -> None:
    """Refuses a folder that no run may start or go on in, whatever its recipe; needs no torch.

    A folder without a whole checkpoint holds nothing to go on from, so that a run may start there.

    Raises:
        UsageError: The folder holds a complete run, or an unfinished one and ``resume`` is not
            set; or files of others would be replaced.
    """
    if is_complete(output):
        raise UsageError(f"{output}: holds a complete training run: choose another --output")
    if is_started(output):
        if not resume:
            raise UsageError(
                f"{output}: holds a training run already: add --resume to continue it, "
                "or choose another --output"
            )
        return
    taken = [name for name in WRITTEN if (output / name).exists()]
    if taken and not (output / RECIPE_FILE).exists():
        raise UsageError(
            f"{output}: holds {taken[0]}, which is of no training run and would be replaced: "
            "choose another --output"
        )


def find_resume_checkpoint(output: Path, run: RunIdentity, resume: bool) -> str | None:
    """Finds the checkpoint to go on from; None where a run starts anew. Writes nothing.

    Of several processes (torchrun) the first one checks, for all of them.

    Raises:
        UsageError: :func:`check_run_folder` refuses the folder; or the run in it was started with
            another recipe, dataset or number of processes.
    """
    last = last_checkpoint(output)
    if rank_and_world()[0] > 0:
        return last
    check_run_folder(output, resume)
    if last is not None and (changed := _changes(output, run)):
        raise UsageError(
            f"{output}: the run to resume was started otherwise ({'; '.join(changed)}): "
            "use the same ones, or choose another --output"
        )
    return last


def create_run_folder(output: Path, run: RunIdentity) -> None:
    """Makes the folder and writes down what its run is started with.

    Of several processes the first one writes, for all of them.

    Raises:
        UsageError: The folder cannot be made, or not be written to.
    """
    if rank_and_world()[0] > 0:
        return
    try:
        (output / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
        started = output / CHECKPOINTS / START_FILE
        started.write_text(json.dumps(run.data(), indent=2) + "\n", encoding="utf-8")
        with atomic_path(output / RECIPE_FILE) as temporary:
            write_recipe(run.recipe, temporary)
    except OSError as error:
        raise UsageError(
            f"{output}: can't be written to: {error.strerror} ({error.filename}): "
            "choose another --output"
        ) from error


def last_checkpoint(output: Path) -> str | None:
    """The last checkpoint that was written to its end, whenever the run was killed."""
    complete = complete_checkpoints(output / CHECKPOINTS)
    return str(complete[-1]) if complete else None


def complete_checkpoints(folder: Path) -> list[Path]:
    """Checkpoints in a folder that were written to their end, by step."""
    return [path for path in checkpoints_in(folder) if (path / COMPLETE_MARK).exists()]


def checkpoints_in(folder: Path) -> list[Path]:
    """Checkpoints in a folder, those of killed runs that are incomplete included, by step."""
    return sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name[11:]))


def _changes(output: Path, run: RunIdentity) -> list[str]:
    """What is not as the run in the folder was started, as ``key: before → now``."""
    file = output / CHECKPOINTS / START_FILE
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    earlier = {"dataset": run.earlier}
    changed = [
        f"{key}: {before.get(key, 'not known')} → {now}"
        for key, now in run.data().items()
        if before.get(key) not in (now, *earlier.get(key, ()))
    ]
    recipes = (load_recipe(output / RECIPE_FILE), run.recipe)
    return differences(*map(_without_mark, recipes)) + changed


def _without_mark(recipe: Recipe) -> Recipe:
    """A recipe with its fold as earlier releases took it: the name of one meant nothing else."""
    fold = recipe.data.fold and recipe.data.fold.removeprefix(BY_NAME)
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"fold": fold})})


def is_started(output: str | Path) -> bool:
    """Whether there is a checkpoint in this folder that a training run can go on from."""
    return last_checkpoint(Path(output)) is not None


def is_complete(output: str | Path) -> bool:
    """Whether a training run in this folder went to its end."""
    return (Path(output) / PROVENANCE_FILE).is_file()
