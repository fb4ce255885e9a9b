"""The command line in processes of its own."""

import os
import subprocess
import sys
from pathlib import Path


def exhubert(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "exhubert", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        cwd=Path(__file__).parents[2],
        check=False,
    )


def start_build(tmp_path: Path, root: Path, *options: str) -> "subprocess.Popen[str]":
    """Starts a build of the tones, in the folder that has their spec, and does not wait for it."""
    build = ["build", "--spec", "tones.yaml", "--root", f"tones={root}", "--output", "dataset"]
    (tmp_path / "scratch").mkdir(exist_ok=True)
    environment = {"TMPDIR": str(tmp_path / "scratch"), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-m", "exhubert", *build, *options],
        cwd=tmp_path,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


WITHOUT_TORCH = """
import sys
from exhubert.cli.main import main
status = main(sys.argv[1:])
assert "torch" not in sys.modules, "torch was loaded"
sys.exit(status)
"""


def run_without_torch(*words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process that fails if it loads torch."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *words], capture_output=True, text=True
    )


def run_pip(*words: object, cwd: Path | None = None) -> None:
    """Runs pip, whose own use of what is deprecated is no error of ours.

    Raises:
        CalledProcessError: It fails.
    """
    command = [sys.executable, "-m", "pip", *map(str, words)]
    environment = os.environ | {"PYTHONWARNINGS": ""}
    subprocess.run(command, env=environment, cwd=cwd, capture_output=True, check=True)
