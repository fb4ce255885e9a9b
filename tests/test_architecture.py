"""The direction of imports, as pyproject.toml states it."""

import subprocess
import sys
from pathlib import Path


def test_imports_go_one_way() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    home = Path(__file__).parents[1]
    run = subprocess.run([command, "--no-cache"], cwd=home, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
