"""The tutorial's command lines, one after the other, in an empty folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fenced import HOME, command_lines, words


@pytest.mark.slow
def test_the_tutorial_goes_from_nothing_to_scores(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader", reason="the extra demo is not installed")
    environment = os.environ | {"PYTHONPATH": str(HOME)}
    for line in command_lines(HOME / "docs" / "tutorial.md"):
        fewer = ["--corpora", "emo_db", "tess"] if line.startswith("exhubert demo") else []
        command = [sys.executable, "-m", "exhubert", *words(line), *fewer]
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
    assert (tmp_path / "my-dataset" / "report.html").is_file()
    assert (tmp_path / "scores.html").is_file()
