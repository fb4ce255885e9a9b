"""Worker processes take our packages for ours, whatever the current folder holds."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeCorpus, MakeSpec


@pytest.mark.parametrize("foreign", ["pipeline.py", "pipeline/__init__.py", "training/__init__.py"])
def test_build_in_a_folder_with_packages_of_these_names(
    foreign: str, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_spec()
    root = make_corpus()
    project = tmp_path / "project"
    (project / foreign).parent.mkdir(parents=True)
    (project / foreign).write_text("raise RuntimeError('not the one that was meant')")
    command = [
        *(str(Path(sys.executable).with_name("exhubert")), "build", "--jobs", "2"),
        *("--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"),
        *("--output", str(tmp_path / "dataset")),
    ]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "dataset" / "manifest.json").is_file()
