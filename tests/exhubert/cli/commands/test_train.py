"""``exhubert train`` refuses folders before anything heavy is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from training.config.run_files import PROVENANCE_FILE

CODE = """
import sys
from exhubert.cli.main import main
status = main(sys.argv[1:])
assert "torch" not in sys.modules, "torch was loaded"
sys.exit(status)
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process that fails if it loads torch."""
    return subprocess.run([sys.executable, "-c", CODE, *words], capture_output=True, text=True)


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
    ran = run("train", "--data", "nowhere", "--output", str(tmp_path), "--config", "tiny")
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
    ran = run(*command, "--output", str(tmp_path))
    assert ran.returncode == 2, ran.stderr
    assert f"{tmp_path}: {told}" in ran.stderr
