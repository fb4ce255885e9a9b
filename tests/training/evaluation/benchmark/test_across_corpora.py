import json
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from tests.support.pairs import note_pairs
from tests.support.shards import NANO, record, write_shards, write_tones
from training.config.recipe import load_recipe
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.plan import plan_benchmark
from training.evaluation.benchmark.rows import benchmark_rows
from training.evaluation.benchmark.run import run_benchmark
from training.evaluation.benchmark.table import benchmark_table
from training.evaluation.systems import System

FAST = [*NANO, "optimizer.epochs=1", "run.evaluate_every=1"]


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tones")
    return write_tones(folder, {"train": 2, "validation": 1, "test": 1}, ("alpha", "beta"))


def test_each_corpus_is_scored_by_models_of_the_others(tones: Path, tmp_path: Path) -> None:
    plan = plan_benchmark(tones, "leave-one-corpus-out")
    systems: dict[str, System] = {
        "majority": Baseline("majority"),
        "tiny": load_recipe("tiny", FAST),
    }
    results = run_benchmark(plan, systems, tmp_path / "out")
    rows = benchmark_rows(plan, results)
    assert [(row.corpus, row.model) for row in rows[:4]] == [
        *(("alpha", "majority"), ("alpha", "tiny"), ("beta", "majority"), ("beta", "tiny"))
    ]
    assert {row.figures.utterances for row in rows[:4]} == {24}  # whole corpora
    assert [row.corpus for row in rows[4:]] == ["mean of corpora"] * 2 + ["all clips pooled"] * 2
    table = benchmark_table(plan, rows, results)
    assert "trained on the others" in table.notes[0]
    assert "near-duplicates of what is scored may stay in training" in table.notes[0]


def test_once_near_duplicates_were_looked_for_none_stay_in_training(tmp_path: Path) -> None:
    data = write_tones(tmp_path / "tones", {"train": 2, "test": 1}, ("alpha", "beta"))
    manifest = json.loads((data / "manifest.json").read_text())
    manifest["near_duplicates"] = {"unsearched": [], "groups": [], "excluded": 0}
    (data / "manifest.json").write_text(json.dumps(manifest))
    note_pairs(data, [])
    plan = plan_benchmark(data, "leave-one-corpus-out")
    results = run_benchmark(plan, {"majority": Baseline("majority")}, tmp_path / "out")
    table = benchmark_table(plan, benchmark_rows(plan, results), results)
    assert "without clips whose audio is scored, or is near to what is scored" in table.notes[0]


def test_runs_that_are_done_are_read(tones: Path, tmp_path: Path) -> None:
    plan = plan_benchmark(tones, "leave-one-corpus-out")
    lines: list[str] = []
    for _ in range(2):
        systems: dict[str, System] = {"majority": Baseline("majority")}
        run_benchmark(plan, systems, tmp_path / "out", on_message=lines.append)
    assert [line.endswith("done before") for line in lines] == [False] * 2 + [True] * 2


def write_categories(folder: Path, corpora: dict[str, tuple[str, ...]]) -> Path:
    """Corpora of eight clips a split, whose categories take turns."""
    rows = [
        record(corpus, split, n, 0, emotion=categories[n % len(categories)])
        for corpus, categories in corpora.items()
        for split in ("train", "validation", "test")
        for n in range(8)
    ]
    write_shards(folder, rows)
    return folder


CATEGORIES = {
    "alpha": ("anger", "sadness"),
    "beta": ("anger", "sadness", "boredom", "boredom"),
    "gamma": ("surprise", "calm"),
}


@pytest.mark.parametrize("mode", ["leave-one-corpus-out", "train-on-a-test-on-b"])
def test_clips_of_classes_that_training_lacks_are_counted(mode: str, tmp_path: Path) -> None:
    data = write_categories(tmp_path / "data", CATEGORIES)
    plan = plan_benchmark(data, mode, label_set="categories")
    notes = "\n".join(plan.notes)
    assert "12 of 24 clips of beta are not scored: training lacks their classes (boredom)" in notes
    assert "gamma is not scored" in notes
    systems: dict[str, System] = {"majority": Baseline("majority")}
    rows = benchmark_rows(plan, run_benchmark(plan, systems, tmp_path / "out"))
    scored = {row.corpus[-5:].strip(): row.figures.utterances for row in rows[:2]}
    assert scored == {"alpha": 24, "beta": 12}
    assert sorted(run.test for run in plan.runs) == [12, 24]
    assert all(row.figures.chance == 0.5 for row in rows[:2])


@pytest.mark.parametrize("mode", ["leave-one-corpus-out", "train-on-a-test-on-b"])
def test_corpora_without_common_classes_are_refused(mode: str, tmp_path: Path) -> None:
    apart = {name: CATEGORIES[name] for name in ("alpha", "gamma")}
    data = write_categories(tmp_path, apart)
    with pytest.raises(DataError, match=r"alpha is not scored|no corpus has two classes"):
        plan_benchmark(data, mode, label_set="categories")
