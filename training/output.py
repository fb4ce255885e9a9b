"""The folder of a training run: what may be written there, and what a run leaves in it."""

from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from pipeline.errors import UsageError
from training.predictions import process_of
from training.recipe import Recipe, differences, load_recipe, write_recipe
from training.trained import PROVENANCE_FILE, RECIPE_FILE

WHOLE = "whole"
"""Mark of a checkpoint that is complete; one without was being written when its run was killed."""


def prepare_output(output: Path, recipe: Recipe, resume: bool) -> str | None:
    """Makes the output folder and finds the checkpoint to go on from, if there is one.

    Of several processes (torchrun) the first one checks and writes, for all of them.

    Raises:
        UsageError: The folder holds a run and ``resume`` is not set, the run is complete, or the
            recipe differs from the one the run was started with.
    """
    started_with, checkpoints = output / RECIPE_FILE, output / "checkpoints"
    last = last_checkpoint(checkpoints)
    if process_of()[0] > 0:
        return last
    if started_with.exists() and not resume:
        raise UsageError(
            f"{output}: holds a training run already: add --resume to continue it, "
            "or choose another --output"
        )
    if started_with.exists():
        changed = differences(load_recipe(started_with), recipe)
        if changed:
            raise UsageError(
                f"{started_with}: the run to resume has other settings ({'; '.join(changed)}): "
                "use the same ones, or choose another --output"
            )
        return last
    output.mkdir(parents=True, exist_ok=True)
    aside = started_with.with_suffix(".part")
    write_recipe(recipe, aside)
    aside.replace(started_with)
    return None


def last_checkpoint(checkpoints: Path) -> str | None:
    """The last checkpoint that was written to its end, whenever the run was killed."""
    whole = [mark.parent for mark in checkpoints.glob(f"checkpoint-*/{WHOLE}")]
    return str(max(whole, key=lambda folder: int(folder.name[11:]))) if whole else None


class MarkWhole(TrainerCallback):
    """Marks each checkpoint once all of it is written."""

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Writes the mark."""
        if state.is_world_process_zero:
            Path(args.output_dir, f"checkpoint-{state.global_step}", WHOLE).touch()


def is_started(output: str | Path) -> bool:
    """Whether a training run in this folder was begun."""
    return (Path(output) / RECIPE_FILE).is_file()


def is_complete(output: str | Path) -> bool:
    """Whether a training run in this folder went to its end."""
    return (Path(output) / PROVENANCE_FILE).is_file()
