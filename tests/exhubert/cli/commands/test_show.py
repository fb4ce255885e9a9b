"""``exhubert show``: rows, counts, JSON lines, files and sound."""

import json
import os
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.conftest import MakeCorpus, MakeSpec


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> str:
    make_spec()
    where = ["--root", f"tones={make_corpus()}", "--output", str(tmp_path / "dataset")]
    assert main(["build", "--spec", str(tmp_path / "tones.yaml"), "--jobs", "1", *where]) == 0
    return str(tmp_path / "dataset")


def test_rows_and_counts(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["show", dataset, "--where", "emotion = 'anger'", "--limit", "3"]) == 0
    out = capsys.readouterr().out
    assert out.count("tones/wav/s0") == 3
    assert "8 of 24 clips" in out


def test_none(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["show", dataset, "--where", "duration > 100"]) == 1
    assert capsys.readouterr().out == "none of 24 clips\n"


def test_json_lines(dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["show", dataset, "--json", "--limit", "1"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 24
    assert {"id", "emotion", "duration", "class_name"} <= rows[0].keys()


def test_save(dataset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "clips"
    command = ["show", dataset, "--save", str(folder), "--codec", "wav"]
    assert main(command) == 0
    assert len(list(folder.rglob("*.wav"))) == 24
    capsys.readouterr()
    assert main(command) == 2  # never over what is there
    assert "is not empty" in capsys.readouterr().err


def test_play(dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    player = tmp_path / "bin/aplay"
    player.parent.mkdir()
    player.write_text(f'#!/bin/sh\nhead -c 4 "$2" >> {tmp_path}/played\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{player.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
    assert main(["show", dataset, "--play", "--limit", "2"]) == 0
    assert (tmp_path / "played").read_text() == "RIFFRIFF"


def test_mistakes_are_told_before_anything_is_read(
    dataset: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    capsys.readouterr()
    assert main(["show", dataset, "--codec", "wav"]) == 2
    assert "--save DIR" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "")
    assert main(["show", dataset, "--play"]) == 2
    assert "--save DIR" in capsys.readouterr().err
    assert main(["show", dataset, "--where", "emtion = 'anger'"]) == 2
    assert "did you mean 'emotion'?" in capsys.readouterr().err
