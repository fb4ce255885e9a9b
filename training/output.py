"""The folder of a training run: what may be written there, and what a run leaves in it."""

from pathlib import Path

from transformers.trainer_utils import get_last_checkpoint

from pipeline.errors import UsageError
from training.predictions import process_of
from training.recipe import Recipe, differences, load_recipe, write_recipe
from training.trained import PROVENANCE_FILE, RECIPE_FILE


def prepare_output(output: Path, recipe: Recipe, resume: bool) -> str | None:
    """Makes the output folder and finds the checkpoint to go on from, if there is one.

    Of several processes (torchrun) the first one checks and writes, for all of them.

    Raises:
        UsageError: The folder holds a run and ``resume`` is not set, the run is complete, or the
            recipe differs from the one the run was started with.
    """
    started_with, checkpoints = output / RECIPE_FILE, output / "checkpoints"
    last: str | None = get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None
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
    write_recipe(recipe, started_with)
    return None


def is_complete(output: str | Path) -> bool:
    """Whether a training run in this folder went to its end."""
    return (Path(output) / PROVENANCE_FILE).is_file()
