"""The folder of a benchmark: ``plan.json`` says what is run there, and nothing else may be."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.common.errors import UsageError
from pipeline.storage.files import write_atomic
from training.data.manifest import earlier_checksums
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.systems import System, check_names

PLAN = "plan.json"


def claim_folder(plan: BenchmarkPlan, systems: Mapping[str, System], output: Path) -> None:
    """Writes down what is run in a folder, unless that stands there already.

    Models may be added to a folder, and the twin of its protocol, which the dataset may get later;
    all else decides the scores, and must be the same.

    Raises:
        UsageError: The folder holds the runs of another plan, or something else.
    """
    wanted = {**describe_plan(plan), "models": {name: _settings(systems[name]) for name in systems}}
    path = output / PLAN
    if path.is_file():
        there = _read_plan(path)
        if there.get("dataset") in earlier_checksums(plan.dataset):
            there["dataset"] = plan.dataset_key
        wanted = _join(there, wanted, output)
    elif output.exists() and any(output.iterdir()):
        raise UsageError(f"{output}: is not empty, and holds no benchmark: choose another --output")
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


def _join(there: dict[str, Any], wanted: dict[str, Any], output: Path) -> dict[str, Any]:
    """What is run in a folder, with the folds and models that are new.

    Raises:
        UsageError: It holds the runs of another plan.
    """

    def refuse(what: str) -> UsageError:
        return UsageError(f"{output}: holds a benchmark {what}: choose another --output")

    folds, models = there.get("folds", {}), there["models"]
    for key, value in wanted.items():
        if key not in ("folds", "models") and there.get(key) != value:
            raise refuse(f"with another {key} (there {there.get(key)}, now {value})")
    if moved := _changed(folds, wanted["folds"]):
        raise refuse(f"with other folds of {moved}")
    if changed := _changed(models, wanted["models"]):
        raise refuse(f"in which {changed} has other settings")
    joined = {**models, **wanted["models"]}
    check_names(joined)
    return {**wanted, "folds": {**folds, **wanted["folds"]}, "models": joined}


def _changed(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Names of what is in both and not the same."""
    return ", ".join(name for name in wanted if name in there and there[name] != wanted[name])


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
