"""Running a benchmark: fold by fold, each kept when it is done.

In the output folder lie ``plan.json``, which says what is run; for each job a folder
(:mod:`training.evaluation.benchmark.job`); and for each corpus and model the pooled score file,
which ``exhubert compare`` reads.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from training.evaluation.benchmark.folder import claim_folder
from training.evaluation.benchmark.job import Cost, Job, run_job
from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.benchmark.pool import pool_folds
from training.evaluation.benchmark.workers import run_parallel
from training.evaluation.score_file import Evaluation, write_scores
from training.evaluation.systems import System, check_systems, folder_name

_LOG = logging.getLogger(__name__)


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
    parallel: int = 1,
) -> Results:
    """Runs every fold of every model; runs that are done already are read.

    Args:
        plan: The folds.
        systems: What is trained, by name.
        output: Folder for the runs.
        keep_models: Whether the trained model of each fold stays.
        console: Where trainings print their progress, one at a time; ``None`` for silence.
        on_message: Called with a line before each run, or behind each of several at a time.
        parallel: How many runs at a time, each in a process of its own.

    Raises:
        UsageError: The folder holds the runs of another plan, or systems cannot run side by
            side.
    """
    check_systems(systems)
    claim_folder(plan, systems, output)
    jobs = plan_jobs(plan, systems, output, keep_models)
    if parallel > 1:
        _run_at_once(jobs, parallel, on_message)
    else:
        for number, job in enumerate(jobs, 1):
            finished = job.is_done
            on_message(f"{number} of {len(jobs)}: {job}{': done before' if finished else ''}")
            if not finished:
                run_job(job, console)
    return _pool(jobs, output)


def plan_jobs(
    plan: BenchmarkPlan, systems: Mapping[str, System], output: Path, keep_models: bool = False
) -> list[Job]:
    """Every model in every fold: by protocol, corpus and model."""
    return [
        Job(name, system, run, plan.dataset, output, keep_models)
        for protocol in plan.checksums
        for corpus in plan.corpora
        for name, system in systems.items()
        for run in plan.folds(protocol, corpus)
    ]


def _run_at_once(jobs: list[Job], parallel: int, on_message: Callable[[str], None]) -> None:
    left = [job for job in jobs if not job.is_done]
    done = len(jobs) - len(left)
    on_message(f"{done} of {len(jobs)} done before, {parallel} at a time")

    def tell(job: Job) -> None:
        nonlocal done
        done += 1
        on_message(f"{done} of {len(jobs)} done: {job}")

    if left:
        run_parallel(left, parallel, tell)


def _pool(jobs: list[Job], output: Path) -> Results:
    """The results of all jobs, the folds of each model and corpus pooled."""
    folds: dict[tuple[str, str, str], list[Job]] = {}
    for job in jobs:
        folds.setdefault((job.run.protocol, job.run.corpus, job.model), []).append(job)
    results: Results = {}
    for (protocol, corpus, model), of_model in folds.items():
        found = {job.run.fold: job.read_result() for job in of_model}
        pooled = pool_folds(model, [(fold, one) for fold, (one, _) in found.items()])
        write_scores(pooled, output / "pooled" / protocol / corpus / f"{folder_name(model)}.json")
        notes = {fold: evaluation.notes for fold, (evaluation, _) in found.items()}
        result = PooledResult(pooled, [cost for _, cost in found.values()], notes)
        results.setdefault(protocol, {}).setdefault(corpus, {})[model] = result
    return results
