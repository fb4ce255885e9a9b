from pathlib import Path

from exhubert.cli.main import main
from tests.training.evaluation.benchmark.test_pool import evaluation
from training.evaluation.compare import compare
from training.evaluation.reports.comparison import comparison_table
from training.evaluation.score_file import write_scores


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
