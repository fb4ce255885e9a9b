"""Running a benchmark: fold by fold, each kept when it is done.

In the output folder lie ``plan.json``, which says what is run; for each run a folder with its score
file and ``cost.json``, written last; and for each corpus and model the pooled score file, which
``exhubert compare`` reads.
"""

import hashlib
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.common.errors import UsageError
from pipeline.storage.files import write_atomic
from training.config.recipe import Recipe
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.benchmark.fold_run import FoldRun, fold_recipe
from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.benchmark.pool import pool_folds
from training.evaluation.evaluate import evaluate
from training.evaluation.score_file import Evaluation, read_scores, write_scores
from training.finetuning.run_folder import is_complete
from training.finetuning.train import train
from training.inference.load_model import read_provenance

_LOG = logging.getLogger(__name__)

System = Recipe | Baseline

PLAN, COST, SCORES = "plan.json", "cost.json", "scores.json"


@dataclass(frozen=True)
class Cost:
    """What training took.

    Attributes:
        seconds: Of training; of a baseline with its features, where they were not kept, and
            scoring.
        parameters: How many were trained.
    """

    seconds: float
    parameters: int


@dataclass(frozen=True)
class PooledResult:
    """One model on one corpus under one protocol.

    Attributes:
        evaluation: Of the predictions of all folds.
        costs: Of each fold.
        notes: What was chosen or has to be known, by fold.
    """

    evaluation: Evaluation
    costs: list[Cost]
    notes: dict[str, list[str]]

    @property
    def seconds(self) -> float:
        """Of all folds."""
        return sum(cost.seconds for cost in self.costs)

    @property
    def parameters(self) -> int:
        """Trained in a fold, the most there are."""
        return max(cost.parameters for cost in self.costs)


Results = dict[str, dict[str, dict[str, PooledResult]]]
"""Protocol → corpus → model → result."""


def run_benchmark(
    plan: BenchmarkPlan,
    systems: Mapping[str, System],
    output: Path,
    keep_models: bool = False,
    console: Console | None = None,
    on_message: Callable[[str], None] = _LOG.info,
) -> Results:
    """Runs every fold of every model; runs that are done already are read.

    Args:
        plan: The folds.
        systems: What is trained, by name.
        output: Folder for the runs.
        keep_models: Whether the trained model of each fold stays.
        console: Where trainings print their progress; ``None`` for silence.
        on_message: Called with a line before each run.

    Raises:
        UsageError: The folder holds the runs of another plan, or a baseline cannot run.
    """
    for system in systems.values():
        if isinstance(system, Baseline):
            system.check()
    claim_folder(plan, systems, output)
    total, number = len(plan.runs) * len(systems), 0
    done: Results = {}
    for protocol in plan.checksums:
        for corpus in plan.corpora:
            runs = plan.folds(protocol, corpus)
            for name, system in systems.items() if runs else ():
                folds, costs = [], []
                for run in runs:
                    number += 1
                    what = f"{number} of {total}: {name}, {run}"
                    folder = run_folder(output, name, run)
                    finished = is_done(folder)
                    on_message(f"{what}: done before" if finished else what)
                    if not finished:
                        _run_fold(system, run, plan.dataset, folder, output, keep_models, console)
                    folds.append((run.fold, read_scores(folder / SCORES)))
                    costs.append(Cost(**json.loads((folder / COST).read_text(encoding="utf-8"))))
                pooled = pool_folds(name, folds)
                notes = {fold: evaluation.notes for fold, evaluation in folds}
                path = output / "pooled" / protocol / corpus / f"{folder_name(name)}.json"
                write_scores(pooled, path)
                result = PooledResult(pooled, costs, notes)
                done.setdefault(protocol, {}).setdefault(corpus, {})[name] = result
    return done


def is_done(folder: Path) -> bool:
    """Whether a run went to its end."""
    return (folder / COST).is_file()


def run_folder(output: Path, system: str, run: FoldRun) -> Path:
    """Where a run's files lie."""
    fold = f"fold-{run.number:03d}"
    return output / "runs" / run.protocol / run.corpus / folder_name(system) / fold


def folder_name(system: str) -> str:
    """The name of a model as one of a folder: others than word characters are replaced.

    >>> folder_name("tiny"), folder_name("probe of facebook/hubert")[:24]
    ('tiny', 'probe_of_facebook_hubert')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", system)
    if plain == system:
        return plain
    return f"{plain}-{hashlib.sha256(system.encode()).hexdigest()[:8]}"


def claim_folder(plan: BenchmarkPlan, systems: Mapping[str, System], output: Path) -> None:
    """Writes down what is run in a folder, unless that stands there already.

    Models may be added to a folder; all else decides the scores, and must be the same.

    Raises:
        UsageError: The folder holds the runs of another plan, or something else.
    """
    wanted = {**describe_plan(plan), "models": {name: _settings(systems[name]) for name in systems}}
    path = output / PLAN
    if path.is_file():
        there = _read_plan(path)
        for key, value in wanted.items():
            if key != "models" and there.get(key) != value:
                raise UsageError(
                    f"{output}: holds a benchmark with another {key} (there {there.get(key)}, now "
                    f"{value}): choose another --output"
                )
        models = there["models"]
        changed = [name for name in systems if models.get(name, wanted["models"][name]) !=
                   wanted["models"][name]]  # fmt: skip
        if changed:
            raise UsageError(
                f"{output}: holds a benchmark in which {', '.join(changed)} has other settings: "
                "choose another --output"
            )
        wanted["models"] = {**models, **wanted["models"]}
    elif output.exists() and any(output.iterdir()):
        raise UsageError(f"{output}: is not empty, and holds no benchmark: choose another --output")
    output.mkdir(parents=True, exist_ok=True)
    write_atomic(path, json.dumps(wanted, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def describe_plan(plan: BenchmarkPlan) -> dict[str, Any]:
    """What of a plan decides the scores, as plain JSON types."""
    return {
        "dataset": plan.dataset_key,
        "protocol": plan.protocol,
        "corpora": plan.corpora,
        "labels": plan.label_set,
        "folds": plan.checksums,
    }


def _read_plan(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values["models"], dict):
            raise TypeError("models: not a mapping")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not the plan of a benchmark ({error})") from None
    else:
        return dict(values)


def _settings(system: System) -> dict[str, Any]:
    return asdict(system) if isinstance(system, Baseline) else system.model_dump(mode="json")


def _run_fold(
    system: System,
    run: FoldRun,
    dataset: str,
    folder: Path,
    output: Path,
    keep_model: bool,
    console: Console | None,
) -> None:
    """Trains and scores one fold; an interrupted training is continued."""
    if isinstance(system, Baseline):
        started = time.perf_counter()
        evaluation = run_baseline(
            system, dataset, run.split, run.scored, run.fitted, keep_in=output, task=run.task
        )
        cost = Cost(round(time.perf_counter() - started, 2), evaluation.trained_parameters or 0)
        write_scores(evaluation, folder / SCORES)
    else:
        model = folder / "model"
        recipe = fold_recipe(system, run)
        if not is_complete(model):
            train(recipe, dataset, model, resume=model.exists(), console=console)
        evaluation = evaluate(str(model), dataset, run.split, run.scored, fold=run.choice)
        write_scores(evaluation, folder / SCORES)
        said = read_provenance(model)
        cost = Cost(said["seconds"], said["parameters"]["trainable"])
    write_atomic(folder / COST, json.dumps(asdict(cost)) + "\n")
    if not (keep_model or isinstance(system, Baseline)):
        shutil.rmtree(folder / "model")
