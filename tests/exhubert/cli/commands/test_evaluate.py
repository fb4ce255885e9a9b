"""``exhubert evaluate`` and ``baseline``: what they write, print and refuse."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.support.shards import record, write_shards


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    rows = [record("alpha", "train", n, label) for n, label in enumerate([0, 1, 3, 3])]
    rows += [record("alpha", "test", n, n % 4) for n in range(8)]
    write_shards(tmp_path / "data", rows)
    return str(tmp_path / "data")


def test_scores_answers_page_tables_and_figures_are_written(
    dataset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["baseline", "--data", dataset, "--kind", "majority"]
    files = ["--output", f"{tmp_path}/s.json", "--table", f"{tmp_path}/t.tex"]
    assert main([*line, *files, "--figure", f"{tmp_path}/f.svg"]) == 0
    printed = capsys.readouterr().out
    assert "UAR" in printed
    for name in ("s.json", "s.parquet", "s.html", "t.tex", "f.svg"):
        assert (tmp_path / name).is_file()
        assert name in printed.replace("\n", "")


def test_json_is_all_that_is_printed(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baseline", "--data", dataset, "--kind", "majority", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["overall"]["uar"] == pytest.approx(0.25)
    assert scores["split"] == "test"


def test_rows_and_splits_are_chosen(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["baseline", "--data", dataset, "--kind", "majority", "--json", "--split", "train"]
    assert main([*line, "--where", "duration > 0.5"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["split"] == "train"
    assert scores["where"] == "duration > 0.5"
    assert scores["overall"]["utterances"] < 4


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--output", "scores.txt"], ".json"),
        (["--where", "duration >"], "duration >"),
        (["--table", "scores.docx"], "scores.docx"),
        (["--fold", "3"], "--protocol"),
    ],
)
def test_what_can_be_seen_to_be_wrong_is_refused(
    options: list[str], told: str, dataset: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--model", "none", "--data", dataset, *options]) == 2
    assert told in capsys.readouterr().err


def test_a_model_that_is_not_there_is_named(
    dataset: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--model", "./none", "--data", dataset]) == 2
    assert "none" in capsys.readouterr().err
