"""Tab completion, asked of Bash itself, and what is offered for each kind of value."""

import argparse
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exhubert.cli.arguments.completion import SHELLS, recipe_settings, shell_script, values_of

HOME = Path(__file__).parents[4]

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs Bash")

ASK = r"""
source "$1"; shift
for line in "$@"; do
    COMP_LINE=$line COMP_POINT=${#line} COMP_TYPE=9 COMPREPLY=()
    _python_argcomplete exhubert
    echo "${COMPREPLY[@]}"
done
"""
"""Calls for each line what Bash calls at a Tab at its end, and prints what it is answered."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With a command ``exhubert`` first in PATH."""
    command = tmp_path / "bin" / "exhubert"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m exhubert "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(HOME), "PS1": "$ "}


def offered(lines: list[str], folder: Path, environment: dict[str, str]) -> list[list[str]]:
    """What Bash is offered at the end of each line."""
    script = folder / "completion.bash"
    script.write_text(shell_script("bash"))
    ask = ["bash", "--norc", "-c", ASK, "bash", str(script), *lines]
    ran = subprocess.run(ask, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return [line.split() for line in ran.stdout.splitlines()]


@needs_bash
def test_bash_completes(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "my-corpora").mkdir()
    expected = {
        "exhubert ben": ["benchmark"],
        "exhubert corpora sh": ["show"],
        "exhubert check --corpora emo_d": ["emo_db"],
        "exhubert check --corpora emo_db @emob": ["@emobox"],
        "exhubert corpora show crema": ["crema_d"],
        "exhubert build --root emo_d": ["emo_db="],
        "exhubert build --data-root my": ["my-corpora/"],
        "exhubert build --codec w": ["wav"],
        "exhubert build --norm": ["--normalize"],
        "exhubert train --config exhubert_b": ["exhubert_base"],
        "exhubert train --config tiny optimizer.sched": ["optimizer.schedule="],
        "exhubert train optimizer.schedule=c": ["cosine", "constant"],
        "exhubert completion z": ["zsh"],
    }
    answers = offered(list(expected), tmp_path, environment)
    assert dict(zip(expected, answers, strict=True)) == expected


@needs_bash
def test_a_collection_is_completed_at_the_keyboard(environment: dict[str, str]) -> None:
    """Bash ends words at @ and yet replaces it: only a terminal tells what becomes of the line."""
    terminal, side_of_bash = pty.openpty()
    bash = subprocess.Popen(
        ["bash", "--norc", "-i"],
        stdin=side_of_bash,
        stdout=side_of_bash,
        stderr=side_of_bash,
        env=environment | {"TERM": "dumb"},
        start_new_session=True,
    )
    try:
        os.write(terminal, b'eval "$(exhubert completion bash)"; echo re""ady\n')
        _read_until(terminal, b"ready")
        os.write(terminal, b"exhubert check --corpora @emob\t")
        shown = _read_until(terminal, b"box")
    finally:
        bash.kill()
        bash.wait()
        os.close(terminal)
        os.close(side_of_bash)
    assert b"--corpora @emobox" in shown


def _read_until(terminal: int, awaited: bytes) -> bytes:
    shown, end = b"", time.monotonic() + 60
    while awaited not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)
    return shown


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script_that_it_can_read(shell: str, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(shell_script(shell))
    assert "exhubert" in script.read_text()
    if shutil.which(shell):  # -n: read, and run nothing
        subprocess.run([shell, "-n", script], check=True)


def test_every_recipe_key_is_offered_once() -> None:
    keys = recipe_settings("")
    assert len(set(keys)) == len(keys) > 30
    assert all(key.endswith("=") for key in keys)
    assert recipe_settings("data.label_set=") == [
        f"data.label_set={name}" for name in ("six", "categories", "native", "four")
    ]
    assert recipe_settings("run.compile=") == ["run.compile=true", "run.compile=false"]
    assert recipe_settings("no.such.key=") == []


def test_files_and_folders_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "mine.yaml").touch()
    monkeypatch.chdir(tmp_path)

    def values(metavar: str, dest: str = "it", prefix: str = "") -> set[str]:
        action = argparse.ArgumentParser().add_argument(f"--{dest}", metavar=metavar)
        return set(values_of(action, prefix))

    assert values("DATASET") == {"dataset/"}
    assert values("ID=DIR", prefix="emo_db=") == {"emo_db=dataset/"}
    assert values("SECONDS") == set()
    assert values("NAME", "collection") >= {"emobox", "serab"}
    if shutil.which("bash"):  # which argcomplete asks for files
        assert values("FILE") == {"dataset/", "mine.yaml"}
        assert values("NAME|FILE", "config") >= {"tiny", "mine.yaml"}
        assert values("SET|FILE", "labels") >= {"six", "native", "mine.yaml"}
