from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.training.evaluation.benchmark.test_pool import evaluation
from training.evaluation.compare import compare
from training.evaluation.score_file import write_scores
from training.evaluation.tables.comparison import comparison_table


def test_the_first_is_set_against_each_other(tmp_path: Path) -> None:
    better = evaluation("x", "ppqq", "abab", "abab")
    worse = evaluation("x", "ppqq", "abab", "aaaa")
    pair = compare(better, worse, ("better", "worse"))
    table = comparison_table({"better": better, "worse": worse}, [pair])
    headings = [column.heading for column in table.columns]
    assert "± sd" not in headings  # one model each
    first, second = (dict(zip(headings, row, strict=True)) for row in table.shown)
    assert (first["UAR"], first["better minus it"]) == ("100.0", "")
    assert (second["UAR"], second["better minus it"]) == ("50.0", "+50.0")
    assert "fewer than 10 speakers" in table.notes[-1]


def test_the_command_writes_tables_beside_its_file(tmp_path: Path) -> None:
    paths = [tmp_path / "scores" / name for name in ("better.json", "worse.json")]
    for path, guess in zip(paths, ("abab", "aaaa"), strict=True):
        write_scores(evaluation("x", "ppqq", "abab", guess), path)
    output = tmp_path / "out" / "both.json"
    assert main(["compare", *map(str, paths), "--output", str(output)]) == 0
    names = {path.name for path in output.parent.iterdir()}
    assert names == {"both.json", "both.md", "both.csv", "both.tex"}


def test_the_command_writes_a_table_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / name for name in ("better.json", "worse.json")]
    for path, guess in zip(paths, ("abab", "aaaa"), strict=True):
        write_scores(evaluation("x", "ppqq", "abab", guess), path)
    table = tmp_path / "paper" / "pair.tex"
    assert main(["compare", *map(str, paths), "--table", str(table)]) == 0
    assert f"Wrote {table}." in capsys.readouterr().out
    assert r"\toprule" in table.read_text(encoding="utf-8")
