"""Folders of users that hold a ``pipeline`` or a ``training`` of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SPEC, MakeCorpus

HOME = Path(__file__).parents[2]


@pytest.fixture(params=["modules", "packages", "folders"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder in which ``import pipeline`` would find something else."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("pipeline", "training"):
        if request.param == "modules":
            (folder / f"{name}.py").write_text("raise RuntimeError('not ours')")
            continue
        (folder / name).mkdir()
        (folder / name / "notes.txt").touch()
        if request.param == "packages":
            (folder / name / "__init__.py").write_text("raise RuntimeError('not ours')")
    return folder


def run(folder: Path, *command: str, path: str = str(HOME)) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def build(folder: Path, corpus: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    spec = folder / "tones.yaml"
    spec.write_text(SPEC.format(corpus="tones", utterances=24))
    where = ["--spec", str(spec), "--root", f"tones={corpus}", "--output", "dataset"]
    return run(folder, "-m", "exhubert", "build", *where, *options)


def test_a_build_with_two_workers_takes_our_packages(
    project: Path, make_corpus: MakeCorpus
) -> None:
    done = build(project, make_corpus(), "--jobs", "2")
    assert done.returncode == 0, done.stderr
    assert (project / "dataset" / "manifest.json").is_file()


def test_processes_of_torchrun_take_our_packages(project: Path, make_corpus: MakeCorpus) -> None:
    assert build(project, make_corpus(), "--jobs", "1").returncode == 0
    torchrun = ["-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", "0"]
    train = ["-m", "exhubert", "train", "--data", "dataset", "--output", "model", "--dry-run"]
    # torchrun itself is started where nothing hides anything, its processes in the project.
    done = run(project, "-P", *torchrun, *train, "--config", "tiny")
    assert done.returncode == 0, done.stderr
    assert "Nothing was trained" in done.stdout


@pytest.mark.parametrize("project", ["modules", "packages"], indirect=True)
def test_packages_that_hide_ours_are_told_by_path(project: Path) -> None:
    path = f"{project}{os.pathsep}{HOME}"  # told so, Python takes the project's for ours
    found = next(iter(sorted(project.glob("pipeline*"))))
    told = f"{found} hides the package 'pipeline' of exhubert, which lies in {HOME / 'pipeline'}"
    done = run(HOME.parent, "-c", "from exhubert import load_spec", path=path)
    assert f"HiddenPackageError: {told}" in done.stderr
    command = run(HOME.parent, "-m", "exhubert", "corpora", "list", path=path)
    assert command.returncode == 2
    assert command.stderr.startswith(f"error: {told}")


def test_a_checkout_that_is_not_installed_runs_where_it_lies(tmp_path: Path) -> None:
    for name in ("exhubert", "pipeline", "training", "corpora_specs", "demo"):
        shutil.copytree(HOME / name, tmp_path / name)
    done = run(tmp_path, "-m", "exhubert", "corpora", "list", path="")
    assert done.returncode == 0, done.stderr
