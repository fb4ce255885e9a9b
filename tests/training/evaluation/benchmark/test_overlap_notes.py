from pathlib import Path

import pytest

from tests.support.shards import NANO, record, write_shards
from training.config.recipe import Recipe, load_recipe
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.overlap_notes import INDEPENDENT, overlap_notes
from training.evaluation.benchmark.plan import plan_benchmark
from training.evaluation.benchmark.rows import benchmark_rows
from training.evaluation.benchmark.run import run_benchmark
from training.evaluation.benchmark.table import benchmark_table
from training.finetuning.train import train

LEFT_OUT = "leave-one-corpus-out"


def write_corpora(folder: Path, known: bool) -> Path:
    """Two corpora, of speakers that are known or not."""
    unknown = {} if known else {"speaker": None}
    rows = [
        record(corpus, split, n, n % 6, **unknown)
        for corpus in ("alpha", "beta")
        for split in ("train", "validation", "test")
        for n in range(6)
    ]
    write_shards(folder, rows)
    return folder


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpora(tmp_path_factory.mktemp("known"), known=True)


def notes_of(dataset: Path, output: Path, name: str, system: Recipe | Baseline) -> list[str]:
    plan = plan_benchmark(dataset, LEFT_OUT)
    results = run_benchmark(plan, {name: system}, output)
    table = benchmark_table(plan, benchmark_rows(plan, results), results)
    found = overlap_notes(plan, results)
    assert set(found) <= set(table.notes)
    assert "classes six" in table.title
    return found


def test_speakers_that_no_model_knows_are_said_once(known: Path, tmp_path: Path) -> None:
    assert notes_of(known, tmp_path, "majority", Baseline("majority")) == [INDEPENDENT]


def test_speakers_that_nobody_knows_are_not_called_independent(tmp_path: Path) -> None:
    data = write_corpora(tmp_path / "data", known=False)
    notes = notes_of(data, tmp_path / "out", "majority", Baseline("majority"))
    assert notes == [
        f"{corpus}, majority: no speaker is known: speaker independence cannot be checked"
        for corpus in ("alpha", "beta")
    ]


def test_a_base_that_was_trained_on_the_test_clips_is_told(known: Path, tmp_path: Path) -> None:
    recipe = load_recipe("tiny", [*NANO, "optimizer.epochs=1"])
    train(recipe, known, tmp_path / "base")
    model = recipe.model.model_copy(update={"base": str(tmp_path / "base"), "config": {}})
    again = recipe.model_copy(update={"name": "again", "model": model})
    notes = notes_of(known, tmp_path / "out", "again", again)
    assert INDEPENDENT not in notes
    assert any(note.startswith("alpha, again") and "in training: not" in note for note in notes)
    assert any("alpha, again: fold" in note and "WAS in training" in note for note in notes)
