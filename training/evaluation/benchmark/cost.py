"""What a benchmark will cost, known before anything is spent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.config.recipe import Recipe
from training.evaluation.benchmark.job import Job
from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.fold_run import fold_recipe
from training.evaluation.systems import System
from training.finetuning.cost_estimate import estimate


@dataclass(frozen=True)
class ExpectedCost:
    """What the runs of one model on one corpus under one protocol will cost.

    Attributes:
        protocol: Its name.
        corpus: Its id.
        model: Its name.
        runs: How many there are.
        done: How many were done before.
        trained: Clips of the train parts of those that are left, together.
        scored: Clips of their test parts, together.
        parameters: Trained in a run; None for baselines, which fit a linear model at most.
        seconds: Of training at the pace of this machine; None for baselines, and for models that
            are not tried here.
    """

    protocol: str
    corpus: str
    model: str
    runs: int
    done: int
    trained: int
    scored: int
    parameters: int | None = None
    seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The cost as plain JSON types."""
        return asdict(self)


def expected_costs(
    plan: BenchmarkPlan, systems: Mapping[str, System], output: Path
) -> list[ExpectedCost]:
    """The costs of a benchmark, as far as its runs are not done.

    A recipe is tried once, on the fold of a corpus with most to train on; the time of its other
    folds is taken to grow with their clips.

    Args:
        plan: The folds.
        systems: What is trained, by name.
        output: Folder for the runs.
    """
    return [
        _expect(plan, protocol, corpus, name, system, output)
        for protocol in plan.checksums
        for corpus in plan.corpora
        if plan.folds(protocol, corpus)
        for name, system in systems.items()
    ]


def _expect(
    plan: BenchmarkPlan, protocol: str, corpus: str, name: str, system: System, output: Path
) -> ExpectedCost:
    runs = plan.folds(protocol, corpus)
    left = [run for run in runs if not Job(name, system, run, plan.dataset, output).is_done]
    trained = sum(run.train for run in left)
    parameters = seconds = None
    if left and isinstance(system, Recipe):
        largest = max(left, key=lambda run: run.train)
        folder = Job(name, system, largest, plan.dataset, output).folder / "model"
        one = estimate(fold_recipe(system, largest), plan.dataset, folder)
        parameters = one.parameters["trainable"]
        seconds = None if one.seconds is None else one.seconds * trained / largest.train
    return ExpectedCost(
        protocol,
        corpus,
        name,
        runs=len(runs),
        done=len(runs) - len(left),
        trained=trained,
        scored=sum(run.test for run in left),
        parameters=parameters,
        seconds=seconds,
    )
