import os
from pathlib import Path

import pytest

from pipeline.common.errors import DataError, ExhubertError
from pipeline.dataset.protocols import change_protocols
from training.config.recipe import load_recipe
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.job import Job
from training.evaluation.benchmark.plan import plan_benchmark
from training.evaluation.benchmark.rows import benchmark_rows
from training.evaluation.benchmark.run import plan_jobs, run_benchmark
from training.evaluation.benchmark.workers import run_parallel, waves
from training.evaluation.systems import System

MAJORITY: dict[str, System] = {"majority": Baseline("majority")}


def test_folds_at_a_time_give_the_same_table(dataset: Path, tmp_path: Path) -> None:
    plan = plan_benchmark(dataset, "takes")
    lines: list[str] = []
    both = run_benchmark(plan, MAJORITY, tmp_path / "two", on_message=lines.append, parallel=2)
    alone = run_benchmark(plan, MAJORITY, tmp_path / "one")
    figures = [[row.figures for row in benchmark_rows(plan, one)] for one in (both, alone)]
    assert figures[0] == figures[1]
    assert lines[0] == "0 of 8 done before, 2 at a time"
    assert lines[-1].startswith("8 of 8 done: majority, takes")
    lines.clear()
    run_benchmark(plan, MAJORITY, tmp_path / "two", on_message=lines.append, parallel=2)
    assert lines == ["8 of 8 done before, 2 at a time"]


def test_the_first_fold_of_a_baseline_runs_before_the_others(dataset: Path, tmp_path: Path) -> None:
    systems: dict[str, System] = {**MAJORITY, "tiny": load_recipe("tiny")}
    jobs = plan_jobs(plan_benchmark(dataset, "loso"), systems, tmp_path)
    first, rest = waves(jobs)
    assert [str(job) for job in first] == [
        f"majority, loso, {corpus}, fold 1" for corpus in ("bells", "tones")
    ]
    assert len(first) + len(rest) == len(jobs) == 16


def test_across_corpora_one_run_computes_the_features_of_all(dataset: Path, tmp_path: Path) -> None:
    jobs = plan_jobs(plan_benchmark(dataset, "leave-one-corpus-out"), MAJORITY, tmp_path)
    assert [len(wave) for wave in waves(jobs)] == [1, 1]


@pytest.mark.slow
def test_what_a_job_raises_is_raised(dataset: Path, tmp_path: Path) -> None:
    change_protocols(str(dataset), ["2-fold"])
    (job, *_) = plan_jobs(plan_benchmark(dataset, "2-fold"), MAJORITY, tmp_path)
    gone = Job(job.model, job.system, job.run, str(tmp_path / "gone"), tmp_path)
    with pytest.raises(ExhubertError, match="missing"):
        run_parallel([gone], 2)


class Deadly(Baseline):
    """A baseline whose process dies."""

    def check(self) -> None:
        os._exit(9)


@pytest.mark.slow
def test_a_process_that_dies_is_told(dataset: Path, tmp_path: Path) -> None:
    (job, *_) = plan_jobs(plan_benchmark(dataset, "loso"), MAJORITY, tmp_path)
    deadly = Job("deadly", Deadly("majority"), job.run, str(dataset), tmp_path)
    with pytest.raises(DataError, match="one of 2 processes died"):
        run_parallel([deadly], 2)
