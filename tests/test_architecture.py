"""The direction of imports, as pyproject.toml states it."""

import subprocess
import sys
import tomllib
from pathlib import Path

HOME = Path(__file__).parents[1]

MAY_USE_BEAM = {"pipeline.beam", "pipeline.running"}


def test_imports_go_one_way() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([command, "--no-cache"], cwd=HOME, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_all_but_two_packages_are_kept_from_beam() -> None:
    settings = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [
        each
        for each in settings["tool"]["importlinter"]["contracts"]
        if each.get("forbidden_modules") == ["apache_beam"]
    ]
    parts = {path for path in (HOME / "pipeline").iterdir() if path.suffix == ".py"}
    parts |= {file.parent for file in (HOME / "pipeline").glob("*/__init__.py")}
    names = {f"pipeline.{path.stem}" for path in parts} - {"pipeline.__init__"}
    assert {*contract["source_modules"]} == names - MAY_USE_BEAM | {"training"}
