"""``exhubert corpora get``: where files go, and what is said of corpora that can't be fetched."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main


def test_of_what_is_not_open_it_says_whom_to_ask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpora", "get", "iemocap", "--data-root", str(tmp_path), "--json"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["not_fetched"]["iemocap"] in printed.err
    assert not (tmp_path / "iemocap").exists()


def test_without_a_folder_it_goes_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXHUBERT_DATA_ROOT", str(tmp_path))
    assert main(["corpora", "get", "iemocap"]) == 1
    assert f"data root {tmp_path}: EXHUBERT_DATA_ROOT" in capsys.readouterr().err
    monkeypatch.setenv("EXHUBERT_DATA_ROOT", "s3://bucket/corpora")
    assert main(["corpora", "get", "iemocap"]) == 2
    assert "expected a file or folder of this machine" in capsys.readouterr().err
