import json
from pathlib import Path

import pytest

from exhubert.cli.commands.compare import short_names
from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from tests.support.made_up import evaluation
from training.evaluation.score_file import write_scores


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    """Score files of a model that is always right and one that has a single answer."""
    paths = [tmp_path / "scores" / name for name in ("better.json", "worse.json")]
    for path, guess in zip(paths, ("abab", "aaaa"), strict=True):
        write_scores(evaluation("x", "ppqq", "abab", guess), path)
    return list(map(str, paths))


def test_tables_lie_beside_the_output(pair: list[str], tmp_path: Path) -> None:
    output = tmp_path / "out" / "both.json"
    assert main(["compare", *pair, "--output", str(output)]) == 0
    names = {path.name for path in output.parent.iterdir()}
    assert names == {"both.json", "both.md", "both.csv", "both.tex"}


def test_tables_and_figures_have_files_of_their_own(
    pair: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, figure = tmp_path / "paper" / "pair.tex", tmp_path / "paper" / "pair.svg"
    assert main(["compare", *pair, "--table", str(table), "--figure", str(figure)]) == 0
    assert f"Wrote {table}, {figure}." in capsys.readouterr().out
    assert r"\toprule" in table.read_text(encoding="utf-8")
    assert "<svg" in figure.read_text(encoding="utf-8")


def test_files_of_different_utterances_are_compared_where_both_have_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, part = str(tmp_path / "whole.json"), str(tmp_path / "part.json")
    write_scores(evaluation("x", "ppqqr", "ababa", "ababb"), Path(whole))
    write_scores(evaluation("x", "ppqq", "abab", "aaaa"), Path(part))
    assert main(["compare", whole, part]) == 2
    assert "(--common)" in capsys.readouterr().err
    output = tmp_path / "out.json"
    assert main(["compare", whole, part, "--common", "--output", str(output)]) == 0
    assert "4 of its 5 utterances" in capsys.readouterr().out
    (found,) = json.loads(output.read_text(encoding="utf-8"))
    assert found["overall"]["uar"] == 0.5  # the fifth, which is wrong, does not count


def test_files_are_called_by_their_stems_where_these_differ() -> None:
    assert short_names([Path("a/x.json"), Path("b/y.json")]) == ["x", "y"]
    assert short_names([Path("a/x.json"), Path("b/x.json")]) == ["a/x.json", "b/x.json"]
    with pytest.raises(UsageError, match="named twice"):
        short_names([Path("x.json"), Path("x.json")])
