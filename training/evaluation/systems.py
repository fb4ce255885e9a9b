"""What a matrix or a benchmark trains and scores: recipes and baselines, all on the same rows."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.common.errors import UsageError
from training.config.recipe import Recipe
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.evaluate import evaluate
from training.evaluation.fold_run import FoldRun, fold_recipe
from training.evaluation.score_file import Evaluation
from training.finetuning.run_folder import is_complete
from training.finetuning.train import train

System = Recipe | Baseline

_ROWS = ("where", "exclude_speakers", "exclude_audio_of")
"""Settings of a recipe by which it trains on fewer rows than others."""


def check_systems(systems: Mapping[str, System]) -> list[str]:
    """Checks that all can run, side by side and on the same rows, before anything is spent.

    Args:
        systems: By name.

    Returns:
        A line on the rows that all of them leave out of training.

    Raises:
        UsageError: A baseline cannot run, two names are one folder, or recipes train on fewer rows
            than others do.
    """
    for system in systems.values():
        if isinstance(system, Baseline):
            system.check()
    check_names(systems)
    return check_rows(systems)


def check_rows(systems: Mapping[str, System]) -> list[str]:
    """Checks that all are trained on the same rows.

    Returns:
        A line on the rows that all of them leave out.

    Raises:
        UsageError: Recipes train on fewer rows than others do.
    """
    chosen = [(name, _own_rows(system)) for name, system in systems.items()]
    first, of_first = chosen[0] if chosen else ("", {})
    for name, rows in chosen[1:]:
        if rows != of_first:
            raise UsageError(
                f"{first} would train on {_describe(of_first)}, {name} on {_describe(rows)}: what "
                "is compared must learn from the same rows: leave these settings out, or run each "
                "by itself"
            )
    return [f"trained on {_describe(of_first)}"] if of_first else []


def check_names(names: Iterable[str]) -> None:
    """Checks that each has a folder of its own, even where case makes no difference to names.

    Raises:
        UsageError: Two have the same.
    """
    folders: dict[str, str] = {}
    for name in names:
        other = folders.setdefault(folder_name(name).casefold(), name)
        if other != name:
            raise UsageError(
                f"{other} and {name} differ in case alone, so that some disks take their folders "
                "for one: change the name of a recipe"
            )


def folder_name(system: str) -> str:
    """A folder name for a model: other than word characters are replaced.

    >>> folder_name("tiny"), folder_name("probe of facebook/hubert")[:24]
    ('tiny', 'probe_of_facebook_hubert')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", system)
    if plain == system:
        return plain
    return f"{plain}-{hashlib.sha256(system.encode()).hexdigest()[:8]}"


def train_and_score(
    system: System,
    dataset: str | Path,
    run: FoldRun,
    model: Path,
    keep_in: Path,
    console: Console | None = None,
) -> Evaluation:
    """Trains a system in a fold and scores it; an interrupted training is continued.

    Args:
        system: A recipe, or a baseline.
        dataset: Folder or URL.
        run: What is trained on and what is scored.
        model: Folder for the model of a recipe.
        keep_in: Folder for the features of a dataset at a URL.
        console: Where training prints its progress; ``None`` for silence.
    """
    if isinstance(system, Baseline):
        return run_baseline(
            *(system, dataset, run.split, run.scored, run.fitted), keep_in=keep_in, task=run.task
        )
    if not is_complete(model):
        train(fold_recipe(system, run), dataset, model, resume=model.exists(), console=console)
    return evaluate(str(model), dataset, run.split, run.scored, fold=run.choice)


def _own_rows(system: System) -> dict[str, Any]:
    """What of :data:`_ROWS` a system sets."""
    if isinstance(system, Baseline):
        return {}
    return {name: value for name in _ROWS if (value := getattr(system.data, name))}


def _describe(rows: Mapping[str, Any]) -> str:
    """Rows in the words of a recipe.

    >>> _describe({"where": "age < 30", "exclude_speakers": ("a", "b")})
    'rows by data.where = age < 30, data.exclude_speakers = a, b'
    """
    said = [
        f"data.{name} = {value if isinstance(value, str) else ', '.join(value)}"
        for name, value in rows.items()
    ]
    return f"rows by {', '.join(said)}" if said else "all rows"
