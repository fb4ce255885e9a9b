from pathlib import Path

import pytest

from exhubert.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--models", ","], "expected baselines or recipes"),
        (["--models", "majority,majority"], "named twice"),
        (["--models", "tinny"], "did you mean 'tiny'"),
        (["--models", "majority", "--base", "b"], "name it in --models"),
        (["--models", "majority", "--set", "run.seed=1"], "--set changes recipes"),
        (["--models", "tiny", "--set", "data.corpora=[emo_db]"], "by --corpora"),
        (["--models", "tiny", "--set", "data.exclude_corpora=[emo_db]"], "by --corpora"),
        (["--models", "tiny,majority", "--set", "data.where='age < 9'"], "from the same rows"),
        (["--models", "tiny", "--set", "data.protocol=loso", "data.fold=1"], "chooses the folds"),
    ],
)
def test_mistakes_are_named(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["benchmark", "--data", "d", "--protocol", "loso", "--output", str(tmp_path / "o")]
    assert main([*line, *arguments]) == 2
    assert told in capsys.readouterr().err
