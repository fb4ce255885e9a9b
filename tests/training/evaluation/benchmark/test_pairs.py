from pathlib import Path

import pytest

from tests.support.shards import write_tones
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.plan import plan_benchmark
from training.evaluation.benchmark.rows import benchmark_rows
from training.evaluation.benchmark.run import run_benchmark
from training.evaluation.benchmark.table import benchmark_table
from training.evaluation.means import mean_figures
from training.evaluation.systems import System

SYSTEMS: dict[str, System] = {"majority": Baseline("majority"), "egemaps": Baseline("egemaps")}


def test_each_corpus_is_trained_on_once_and_scored_by_every_other(tmp_path: Path) -> None:
    sizes = {"train": 2, "validation": 1, "test": 1}
    tones = write_tones(tmp_path / "tones", sizes, ("alpha", "beta", "gamma"))
    plan = plan_benchmark(tones, "train-on-a-test-on-b")
    assert [(run.fitted.corpora, run.scored.corpora) for run in plan.runs] == [
        (("alpha",), ("beta", "gamma")),
        (("beta",), ("alpha", "gamma")),
        (("gamma",), ("alpha", "beta")),
    ]
    results = run_benchmark(plan, SYSTEMS, tmp_path / "out")
    rows = benchmark_rows(plan, results)
    pairs = [row.corpus for row in rows if row.model == "egemaps"]
    assert pairs == [
        *("alpha → beta", "alpha → gamma", "beta → alpha"),
        *("beta → gamma", "gamma → alpha", "gamma → beta", "mean of pairs"),
    ]
    assert {row.figures.utterances for row in rows[:-2]} == {24}
    whole = sum(model["egemaps"].seconds for model in results["train-on-a-test-on-b"].values())
    assert rows[-1].seconds == pytest.approx(whole, abs=0.01)
    latex = benchmark_table(plan, rows, results).to_latex()
    assert "alpha $\\rightarrow$ beta" in latex


def test_pairs_on_one_corpus_share_its_draws(tmp_path: Path) -> None:
    tones = write_tones(tmp_path / "tones", {"train": 2, "test": 2}, ("alpha", "beta"))
    plan = plan_benchmark(tones, "leave-one-corpus-out")
    results = run_benchmark(plan, {"egemaps": SYSTEMS["egemaps"]}, tmp_path / "out")
    one = results[plan.protocol]["alpha"]["egemaps"].evaluation
    twice = mean_figures([one, one])
    assert (twice.uar_low, twice.uar_high) == (one.overall.uar_low, one.overall.uar_high)
