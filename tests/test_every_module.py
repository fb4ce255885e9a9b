"""Every module has a test, and every example in a docstring gives what it shows."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.imports import imported_by

HOME = Path(__file__).parents[1]
PACKAGES = ("pipeline", "training", "exhubert", "demo", "docs")
FILES = [file for package in PACKAGES for file in sorted((HOME / package).rglob("*.py"))]


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__")


def mirror_of(file: Path) -> Path:
    """Where the tests of a module of their own lie: in the folder of its name below ``tests``."""
    return HOME / "tests" / file.relative_to(HOME).with_name(f"test_{file.stem.strip('_')}.py")


def test_every_module_has_a_test_file_or_is_imported_by_one() -> None:
    tests = list((HOME / "tests").rglob("test_*.py"))
    imported = set().union(*map(imported_by, tests))
    modules = {module_of(file): file for file in FILES if not file.name.startswith("__")}
    untested = {
        module
        for module, file in modules.items()
        if module not in imported and not mirror_of(file).is_file()
    }
    assert not untested, f"no test of these lies in their folder or imports them: {untested}"


def test_what_tests_share_lies_in_support() -> None:
    for file in (HOME / "tests").rglob("*.py"):
        shared = {name for name in imported_by(file) if name.startswith("tests.")}
        assert not [name for name in shared if ".test_" in name], file


def test_every_package_that_is_started_is_started_by_a_test() -> None:
    """Of modules that run as ``python -m`` nothing can be imported."""
    text = "".join(file.read_text(encoding="utf-8") for file in (HOME / "tests").rglob("*.py"))
    for file in (file for file in FILES if file.name == "__main__.py"):
        assert f'"-m", "{module_of(file.parent)}"' in text


@pytest.mark.parametrize(
    "module", [module_of(file) for file in FILES if ">>> " in file.read_text(encoding="utf-8")]
)
def test_examples_in_docstrings_give_what_they_show(module: str) -> None:
    failed, _ = doctest.testmod(import_module(module))
    assert not failed
