import json
from dataclasses import replace
from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from tests.support.shards import NANO
from training.config.recipe import load_recipe
from training.evaluation.baselines.run import Baseline
from training.evaluation.benchmark.cost import expected_costs
from training.evaluation.benchmark.plan import plan_benchmark
from training.evaluation.benchmark.rows import benchmark_rows
from training.evaluation.benchmark.run import run_benchmark
from training.evaluation.benchmark.table import benchmark_table
from training.evaluation.systems import System

FAST = [*NANO, "optimizer.epochs=1", "run.evaluate_every=1"]
MAJORITY: dict[str, System] = {"majority": Baseline("majority")}


def test_a_stopped_benchmark_goes_on_and_gives_the_same_table(
    dataset: Path, tmp_path: Path
) -> None:
    plan = plan_benchmark(dataset, "takes")

    def stop_at(number: int | None) -> list[str]:
        lines: list[str] = []

        def listen(line: str) -> None:
            lines.append(line)
            if len(lines) == number:
                raise KeyboardInterrupt

        run_benchmark(plan, MAJORITY, tmp_path / "out", on_message=listen)
        return lines

    with pytest.raises(KeyboardInterrupt):
        stop_at(4)
    lines = stop_at(None)
    assert [line.endswith("done before") for line in lines] == [True] * 3 + [False] * 5
    results = [run_benchmark(plan, MAJORITY, tmp_path / name) for name in ("out", "whole")]
    rows = [benchmark_rows(plan, found) for found in results]
    assert [row.figures for row in rows[0]] == [row.figures for row in rows[1]]
    again = run_benchmark(plan, MAJORITY, tmp_path / "out")
    tables = [
        benchmark_table(plan, benchmark_rows(plan, found), found) for found in (again, results[0])
    ]
    assert tables[0] == tables[1]


def test_each_clip_is_scored_once_by_a_model_that_did_not_hear_its_speaker(
    dataset: Path, tmp_path: Path
) -> None:
    plan = plan_benchmark(dataset, "loso", ["tones"])
    result = run_benchmark(plan, MAJORITY, tmp_path / "out")["loso"]["tones"]["majority"]
    assert result.evaluation.overall.utterances == 24
    assert result.evaluation.speakers.independent
    pooled = tmp_path / "out" / "pooled" / "loso" / "tones" / "majority.json"
    assert json.loads(pooled.read_text())["overall"]["utterances"] == 24


def test_a_recipe_is_trained_in_each_fold(dataset: Path, tmp_path: Path) -> None:
    systems: dict[str, System] = {**MAJORITY, "tiny": load_recipe("tiny", FAST)}
    plan = plan_benchmark(dataset, "takes", ["tones"])
    costs = expected_costs(plan, systems, tmp_path / "out")
    assert [(cost.model, cost.runs, cost.done) for cost in costs] == [
        ("majority", 2, 0),
        ("tiny", 2, 0),
    ] * 2
    results = run_benchmark(plan, systems, tmp_path / "out")
    rows = benchmark_rows(plan, results)
    tiny = rows[1]
    assert tiny.parameters == costs[1].parameters
    assert tiny.seconds > 0
    assert tiny.ahead is not None
    assert tiny.leak is not None
    assert tiny.leak.flatters == tiny.figures.uar - tiny.leak.figures.uar
    assert not list((tmp_path / "out").rglob("*.safetensors"))
    assert all(cost.done == 2 for cost in expected_costs(plan, systems, tmp_path / "out"))


def test_models_stay_where_asked(dataset: Path, tmp_path: Path) -> None:
    systems: dict[str, System] = {"tiny": load_recipe("tiny", FAST)}
    plan = plan_benchmark(dataset, "takes-speaker-independent", ["tones"])
    run_benchmark(plan, systems, tmp_path / "out", keep_models=True)
    assert len(list((tmp_path / "out").rglob("*.safetensors"))) == 2


def test_a_folder_of_another_plan_is_refused(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    loso = plan_benchmark(dataset, "loso", ["tones"])
    run_benchmark(loso, MAJORITY, out)
    with pytest.raises(UsageError, match="another protocol"):
        run_benchmark(plan_benchmark(dataset, "takes", ["tones"]), MAJORITY, out)
    with pytest.raises(UsageError, match="another corpora"):
        run_benchmark(plan_benchmark(dataset, "loso"), MAJORITY, out)
    with pytest.raises(UsageError, match="majority has other settings"):
        run_benchmark(loso, {"majority": Baseline("egemaps")}, out)
    run_benchmark(loso, {**MAJORITY, "egemaps": Baseline("egemaps")}, out)  # one may be added
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").touch()
    with pytest.raises(UsageError, match="not empty"):
        run_benchmark(loso, MAJORITY, tmp_path / "full")
    (out / "plan.json").write_text("[]")
    with pytest.raises(UsageError, match="not the plan"):
        run_benchmark(loso, MAJORITY, out)


def test_a_twin_that_is_added_later_goes_into_the_same_folder(
    dataset: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with_twin = plan_benchmark(dataset, "takes")
    alone = replace(
        with_twin,
        twin=None,
        runs=[run for run in with_twin.runs if run.protocol == "takes"],
        checksums={"takes": with_twin.checksums["takes"]},
    )
    run_benchmark(alone, MAJORITY, out)
    lines: list[str] = []
    run_benchmark(with_twin, MAJORITY, out, on_message=lines.append)
    assert [line.endswith("done before") for line in lines] == [True] * 4 + [False] * 4
    run_benchmark(alone, MAJORITY, out)
    moved = replace(with_twin, checksums={**with_twin.checksums, "takes": "moved"})
    with pytest.raises(UsageError, match="other folds of takes: choose"):
        run_benchmark(moved, MAJORITY, out)


def test_a_folder_of_a_baseline_that_cannot_run_stays_empty(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs --base"):
        run_benchmark(
            plan_benchmark(dataset, "loso"), {"probe": Baseline("probe")}, tmp_path / "out"
        )
    assert not (tmp_path / "out").exists()


def test_the_command_prints_and_writes_one_table(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    line = ["benchmark", "--data", str(dataset), "--protocol", "takes", "--models", "majority"]
    assert main([*line, "--output", str(out), "--dry-run"]) == 0
    assert "8 runs, 0 done before" in capsys.readouterr().out
    assert not out.exists()
    assert main([*line, "--output", str(out)]) == 0
    assert "leak flatters" in capsys.readouterr().out
    assert {"table.md", "table.csv", "table.tex", "benchmark.json"} <= {
        path.name for path in out.iterdir()
    }
    assert main([*line, "--output", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["corpus"] for row in told["rows"]] == [
        *("bells", "tones", "mean of corpora", "all clips pooled")
    ]


def test_the_command_takes_classes_from_a_file(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "valence.yaml"
    file.write_text("ang: negative\nneu: neutral\n")
    line = ["benchmark", "--data", str(dataset), "--models", "majority", "--json"]
    for protocol in ("loso", "leave-one-corpus-out"):
        out = str(tmp_path / protocol)
        assert main([*line, "--protocol", protocol, "--labels", str(file), "--output", out]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["labels"] == {"ang": "negative", "neu": "neutral"}
        assert {row["figures"]["chance"] for row in told["rows"]} == {0.5}
        assert told["rows"][0]["figures"]["utterances"] == 16
    wrong = ["--models", "tiny", "--set", "data.label_set=four", "--protocol", "loso"]
    assert main([*line, *wrong, "--output", str(tmp_path / "x")]) == 2
    assert "by --labels" in capsys.readouterr().err
