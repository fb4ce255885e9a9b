"""The wheel: all of ours, nothing of others, and what each extra brings."""

import shutil
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.commands import run_pip
from tests.support.imports import imported_by

HOME = Path(__file__).parents[1]
OURS = ("pipeline", "training", "exhubert", "demo", "corpora_specs")
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in a wheel that is built in a checkout full of other things."""
    checkout = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in OURS:
        shutil.copytree(HOME / name, checkout / name, ignore=ignored)
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(HOME / name, checkout)
    for foreign in ("training_old", "demo-output", "demo2", "pipelines"):
        (checkout / foreign).mkdir()
        (checkout / foreign / "__init__.py").touch()
    how = ["--no-deps", "--no-build-isolation", "--wheel-dir", checkout / "wheels"]
    run_pip("wheel", *how, checkout)
    (file,) = (checkout / "wheels").glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_file_of_ours(wheel: set[str]) -> None:
    files = {
        str(file.relative_to(HOME))
        for name in OURS
        for file in (HOME / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert files <= wheel
    suffixes = {Path(file).suffix for file in files}
    assert {".py", ".yaml", ".jinja", ".css", ".js", ".typed"} <= suffixes
    assert not suffixes - {".py", ".yaml", ".jinja", ".css", ".js", ".typed"}


def test_wheel_holds_nothing_else(wheel: set[str]) -> None:
    assert {name.partition("/")[0] for name in wheel if ".dist-info/" not in name} == {*OURS}


@pytest.mark.parametrize("name", OURS[:-1])
def test_packages_are_typed(name: str) -> None:
    assert (HOME / name / "py.typed").is_file()


GOOGLE = {
    "google.api_core": "google-api-core",
    "google.auth": "google-auth",
    "google.cloud.storage": "google-cloud-storage",
    "google.protobuf": "protobuf",
    "google.cloud.dataflow": "apache-beam",  # looked for only to tell whether its extra is there
}
"""Packages that share the name ``google``, and which distribution brings each."""


def test_what_is_imported_is_declared() -> None:
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    bringing = packages_distributions()
    files = [file for name in OURS for file in (HOME / name).rglob("*.py")]
    missing = set()
    for module in set().union(*map(imported_by, files)):
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names or top in OURS:
            continue
        found = [GOOGLE[name] for name in GOOGLE if module.startswith(name)] or bringing[top]
        if not declared & {canonicalize_name(name) for name in found}:
            missing.add(module)
    assert not missing


def test_assembling_needs_no_torch() -> None:
    base = {Requirement(line).name for line in PROJECT["dependencies"]}
    train = {Requirement(line).name for line in PROJECT["optional-dependencies"]["train"]}
    assert not base & train
    assert {"apache-beam", "librosa", "pyarrow"} <= base
    assert {"torch", "transformers", "accelerate"} <= train


CLOSE = ["apache-beam", "grpcio", "google-cloud-storage", "torch", "transformers", "accelerate"]


@pytest.mark.parametrize("library", CLOSE)
def test_libraries_we_stand_close_to_have_an_upper_bound(library: str) -> None:
    extras = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *extras["gcp"], *extras["train"]]
    found = [one for one in map(Requirement, lines) if one.name == library]
    (wanted,) = [one for one in found if not one.extras]
    assert any(bound.operator == "<" for bound in wanted.specifier)
    assert wanted.specifier.contains(version(library))


def test_versions_that_were_tested_together_are_allowed() -> None:
    constraints = (HOME / "requirements" / "constraints.txt").read_text()
    pins = (line.split("==") for line in constraints.splitlines() if "==" in line)
    pinned = {canonicalize_name(name): number for name, number in pins}
    extras = PROJECT["optional-dependencies"].values()
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    for wanted in map(Requirement, lines):
        if wanted.name != "exhubert":
            assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), wanted
