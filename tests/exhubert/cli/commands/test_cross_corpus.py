"""``exhubert matrix``: what it writes and prints, and questions that it refuses."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.support.shards import record, write_shards


@pytest.fixture
def line(tmp_path: Path) -> list[str]:
    """The command on a dataset of two corpora."""
    rows = [
        record(corpus, split, number, number % 2)
        for corpus in ("alpha", "beta")
        for split in ("train", "validation", "test")
        for number in range(4)
    ]
    write_shards(tmp_path / "data", rows)
    return ["matrix", "--data", str(tmp_path / "data"), "--output", str(tmp_path / "out")]


def test_json_is_all_that_is_printed_and_lies_beside_the_page(
    line: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*line, "--baseline", "majority", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in printed["rows"]] == ["alpha", "beta"]
    assert printed == json.loads((tmp_path / "out/matrix.json").read_text(encoding="utf-8"))
    assert "beta" in (tmp_path / "out/matrix.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "nothing to run: give --config, --baseline or both"),
        (["--baseline", "probe"], "--baseline probe: expected majority, egemaps or both"),
        (["--baseline", "majority", "--set", "run.seed=1"], "--set changes a recipe"),
        (
            ["--config", "tiny", "--set", "data.protocol=loso", "data.fold=1"],
            "data.protocol: the matrix leaves whole corpora out",
        ),
        (
            ["--config", "tiny", "--corpora", "alpha", "--set", "data.corpora=[beta]"],
            "name them in one of the two places",
        ),
        (
            ["--config", "tiny", "--set", "name=majority", "--baseline", "majority"],
            "the recipe is called majority, as the baseline is",
        ),
    ],
)
def test_questions_without_an_answer_are_refused(
    options: list[str], told: str, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*line, *options]) == 2
    assert told in " ".join(capsys.readouterr().err.split())
