"""``exhubert protocols``: folds shown, added and removed."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.conftest import MakeCorpus, MakeSpec


@pytest.fixture
def dataset(
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> str:
    make_spec()
    output = str(tmp_path / "dataset")
    where = ["--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={make_corpus()}"]
    assert main(["build", *where, "--jobs", "1", "--output", output]) == 0
    capsys.readouterr()
    return output


def test_protocols_are_added_shown_and_removed(
    dataset: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["protocols", dataset]) == 0
    assert "no protocols beside its own split; --add loso adds one" in capsys.readouterr().out
    assert main(["protocols", dataset, "--add", "loso", "2-fold"]) == 0
    assert "loso" in capsys.readouterr().out
    assert 'id="protocols"' in Path(dataset, "report.html").read_text(encoding="utf-8")
    assert main(["protocols", dataset, "--show", "loso"]) == 0
    shown = capsys.readouterr().out
    assert all(speaker in shown for speaker in ("s00", "s01", "s02", "s03"))
    assert main(["protocols", dataset, "--remove", "loso", "2-fold"]) == 0
    assert "no protocols" in capsys.readouterr().out


def test_json_holds_what_is_shown(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", dataset, "--add", "loso", "2-fold", "--json"]) == 0
    assert sorted(json.loads(capsys.readouterr().out)) == ["2-fold", "loso"]
    assert main(["protocols", dataset, "--show", "loso", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert len(shown["loso"]["corpora"]["tones"]["folds"]) == 4


def test_a_protocol_that_is_not_there_is_refused(
    dataset: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["protocols", dataset, "--show", "loso"]) == 2
    assert "has no protocol 'loso'; it has none; add it by --add" in capsys.readouterr().err
    assert main(["protocols", dataset, "--add", "loso", "--show", "lso"]) == 2
    assert "did you mean 'loso'" in capsys.readouterr().err
