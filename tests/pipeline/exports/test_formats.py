"""All forms are offered by the command, write every clip, and never over what is there."""

import json
from pathlib import Path

import pytest

from exhubert.cli.commands.export import FORMATS as OFFERED
from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from pipeline.exports.formats import FORMATS, export_dataset


def test_the_command_offers_all_formats() -> None:
    assert tuple(FORMATS) == OFFERED


def test_the_command(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "out")
    command = ["export", str(dataset), "--to", "nemo", "--output", folder, "--json"]
    capsys.readouterr()
    assert main([*command, "--where", "speaker = 'tones:f1'"]) == 0
    assert json.loads(capsys.readouterr().out) == {"folder": folder, "format": "nemo", "clips": 4}
    assert main(command) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main(["export", str(dataset)]) == 2
    assert "--to" in capsys.readouterr().err
    assert main(["export", str(dataset), "--onnx", "a.onnx"]) == 2
    assert "expected DATASET --to FORMAT" in capsys.readouterr().err


def test_no_row_is_no_export(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no row for which false"):
        export_dataset(str(dataset), tmp_path / "none", "kaldi", where="false")
    assert not (tmp_path / "none").exists()
