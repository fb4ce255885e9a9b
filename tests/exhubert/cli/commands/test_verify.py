"""``exhubert verify``: what is told of faults, and what to do about them."""

import json
from pathlib import Path

import pytest

from exhubert.cli.main import main
from tests.support.manifests import write_dataset


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A dataset whose shards have the right sizes and hold nothing."""
    write_dataset(tmp_path)
    return tmp_path


def test_every_fault_is_told_with_its_place_and_what_to_do(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(damaged)]) == 1
    told = capsys.readouterr()
    assert f"error: {damaged}/data/tones/train" in told.err
    assert "exhubert verify --repair" in told.err
    assert "whole" not in told.out


def test_of_many_faults_the_first_are_told(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(30):
        (damaged / f"data/tones/stray{number:02d}.parquet").touch()
    assert main(["verify", str(damaged)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len([line for line in lines if line.startswith(f"error: {damaged}/")]) == 20
    assert any(line.startswith("error: and ") and "more faults" in line for line in lines)


def test_faults_and_corpora_to_build_again_are_printed_as_json(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(damaged), "--json", "--repair"]) == 1
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert {fault["path"].split("/")[1] for fault in document["faults"]} == {"tones", "bells"}
    assert sorted(document["build_again"]) == ["bells", "tones"]
    assert "exhubert build --corpora" in told.err


def test_a_folder_without_a_dataset_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err
