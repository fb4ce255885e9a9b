from pathlib import Path

from tests.support.shards import record, write_shards
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.plan import plan_benchmark
from training.evaluation.benchmark.raters import rater_scores
from training.evaluation.benchmark.rows import benchmark_rows
from training.evaluation.benchmark.run import run_benchmark
from training.evaluation.benchmark.table import benchmark_table


def write_voted(folder: Path) -> Path:
    """Two corpora of two classes; raters of alpha agree in three quarters, beta has none."""
    rows = []
    for corpus in ("alpha", "beta"):
        for split in ("train", "test"):
            for number in range(8):
                own, other = ("anger", "calm") if number % 2 else ("calm", "anger")
                votes = [{"key": own, "value": 3.0}, {"key": other, "value": 1.0}]
                told = {"emotion": own, "votes": votes if corpus == "alpha" else None}
                rows.append(record(corpus, split, number, 3 * (number % 2), **told))
    write_shards(folder, rows)
    return folder


def test_a_rater_stands_beside_models_where_votes_are_known(tmp_path: Path) -> None:
    dataset = str(write_voted(tmp_path / "data"))
    plan = plan_benchmark(dataset, "leave-one-corpus-out")
    results = run_benchmark(plan, {"majority": Baseline("majority")}, tmp_path / "out")
    scored = {corpus: one["majority"].evaluation for corpus, one in results[plan.protocol].items()}
    found = rater_scores(dataset, scored["alpha"])
    assert found is not None
    assert (found.utterances, found.uar, found.wa) == (16, 0.75, 0.75)
    assert rater_scores(dataset, scored["beta"]) is None
    rows = benchmark_rows(plan, results)
    assert [row.raters is not None for row in rows] == [True, False, False, False]
    table = benchmark_table(plan, rows, results)
    assert "one rater" in [column.heading for column in table.columns]
    assert any("16 of alpha" in note for note in table.notes)


def test_a_vote_for_another_category_of_the_same_class_is_right(tmp_path: Path) -> None:
    """Disgust is low_negative like sadness, and was elected nowhere."""
    kinds = {0: ("sadness", "disgust"), 3: ("anger", "anger")}
    rows = []
    for corpus in ("alpha", "beta"):
        for split in ("train", "test"):
            for number in range(8):
                label = 3 * (number % 2)
                votes = [{"key": key, "value": 2.0} for key in dict.fromkeys(kinds[label])]
                told = {"emotion": kinds[label][0], "votes": votes}
                rows.append(record(corpus, split, number, label, **told))
    write_shards(tmp_path / "data", rows)
    plan = plan_benchmark(str(tmp_path / "data"), "leave-one-corpus-out")
    results = run_benchmark(plan, {"majority": Baseline("majority")}, tmp_path / "out")
    for row in benchmark_rows(plan, results)[:2]:
        assert row.raters is not None
        assert row.raters.uar == 1.0
