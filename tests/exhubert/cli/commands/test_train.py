"""``exhubert train`` refuses folders before anything heavy is loaded."""

from pathlib import Path

import pytest

from tests.support.commands import run_without_torch
from training.config.run_files import PROVENANCE_FILE


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([PROVENANCE_FILE], "holds a complete training run: choose another --output"),
        (["checkpoints/checkpoint-8/whole"], "holds a training run already: add --resume"),
        (["README.md"], "holds README.md, which is of no training run and would be replaced"),
    ],
)
def test_folders_that_are_taken(tmp_path: Path, files: list[str], told: str) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    ran = run_without_torch(
        "train", "--data", "nowhere", "--output", str(tmp_path), "--config", "tiny"
    )
    assert ran.returncode == 2, ran.stderr
    assert f"{tmp_path}: {told}" in ran.stderr


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["convert", "--from", "a"], "is not an empty folder"),
        (["export", "dataset", "--to", "nemo"], "is not empty"),
    ],
)
def test_folders_that_are_not_empty(tmp_path: Path, command: list[str], told: str) -> None:
    (tmp_path / "notes.txt").touch()
    ran = run_without_torch(*command, "--output", str(tmp_path))
    assert ran.returncode == 2, ran.stderr
    assert f"{tmp_path}: {told}" in ran.stderr
