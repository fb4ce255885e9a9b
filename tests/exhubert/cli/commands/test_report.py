"""``exhubert report``: the page is made anew, and what it says is printed."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.conftest import MakeCorpus, MakeSpec


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    make_spec()
    where = ["--root", f"tones={make_corpus()}", "--output", str(tmp_path / "dataset")]
    assert main(["build", "--spec", str(tmp_path / "tones.yaml"), "--jobs", "1", *where]) == 0
    return tmp_path / "dataset"


def test_the_page_is_made_anew(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = dataset / "report.html"
    page.unlink()
    capsys.readouterr()
    assert main(["report", str(dataset)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert f"report: {page}" in capsys.readouterr().out


def test_json(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["report", str(dataset), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["manifest"]["corpora"]["tones"]["written"] == 24
    assert len(told["runs"]) == 1


def test_no_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 2
    assert "not a dataset" in capsys.readouterr().err
