"""What is installed: versions with checksums, under licences that docs/dependencies.md names."""

import importlib.util
import re
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.licences import GPL, declared, installed_closure, licences

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
LOCKED = ("build.txt", "lock.txt", "torch.txt", "torch-cpu.txt")

GPL_LIBRARIES = re.compile(
    r"lib(espeak|fftw3|frei0r|gsl|postproc|readline|rubberband|x26[45]|xvid)"
)
"""Libraries under the GPL that wheels are known to bring."""

SAID_OF_WHEELS = {"av": {"x264", "x265"}}
"""Those that docs/dependencies.md speaks of."""


@pytest.fixture
def lock() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", REQUIREMENTS / "lock.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def locked(file: str) -> dict[str, str]:
    """Package → version, of a file of requirements with checksums."""
    lines = (REQUIREMENTS / file).read_text().replace("\\\n", "").splitlines()
    pinned = {}
    for line in lines:
        if not line.startswith("#"):
            assert "--hash=sha256:" in line, line
            name, _, version = line.split()[0].partition("==")
            pinned[canonicalize_name(name)] = version
    return pinned


def everything_locked() -> dict[str, str]:
    return {name: version for file in LOCKED for name, version in locked(file).items()}


def test_every_requirement_that_make_installs_is_locked():
    required, extras = declared()
    needed = [need for extra, needs in extras.items() if extra != "benchmarks" for need in needs]
    wanted = [Requirement(text) for text in [*required, *needed]]
    names = {canonicalize_name(need.name) for need in wanted}
    assert names - everything_locked().keys() == set()
    versions = everything_locked()
    for need in wanted:
        if (name := canonicalize_name(need.name)) in versions:
            assert need.specifier.contains(versions[name].partition("+")[0])


def test_the_lock_has_the_versions_that_were_tested_together():
    lines = (REQUIREMENTS / "constraints.txt").read_text().splitlines()
    tested = dict(line.split("==") for line in lines if "==" in line)
    tested = {canonicalize_name(name): version for name, version in tested.items()}
    differing = {
        name: (version, tested[name])
        for name, version in everything_locked().items()
        if name in tested and version.partition("+")[0] != tested[name]
    }
    assert differing == {}


def test_make_installs_nothing_without_a_checksum_but_the_checkout():
    text = (ROOT / "Makefile").read_text().replace("\\\n", "")
    assert re.search(r"^HASHED := .*--no-deps --require-hashes", text, re.M)
    installs = re.findall(r"pip install ([^|\n]*)", text)
    assert len(installs) >= 6
    assert [line for line in installs if not line.startswith("$(HASHED)")] == [
        "--quiet --constraint $(CONSTRAINTS) --editable '.[dev]'",  # only if CONSTRAINTS is given
        "--quiet --no-deps --no-build-isolation --editable .",
    ]


def test_the_lock_names_no_place_to_install_from():
    for file in (*LOCKED, "tools.txt"):
        assert locked(file)
        assert "://" not in (REQUIREMENTS / file).read_text()


def test_packages_for_cuda_stand_apart_and_the_cpu_build_is_of_the_release(lock):
    resolved = (
        "a==1 ; python_full_version < '3.12' and (sys_platform == 'darwin' or "
        "sys_platform == 'linux') \\\n    --hash=sha256:1\n"
        "nvidia-nccl==2 ; sys_platform == 'linux' \\\n    --hash=sha256:2\n"
        "setuptools==3 \\\n    --hash=sha256:3\ntorch==4 \\\n    --hash=sha256:4\n"
    )
    files = lock.split(resolved, {"torch==4": "5"})
    bodies = {name: text.partition("\n")[2] for name, text in files.items()}
    assert bodies == {
        "build.txt": "setuptools==3 \\\n    --hash=sha256:3\n",
        "lock.txt": "a==1 \\\n    --hash=sha256:1\n",
        "torch.txt": (
            "nvidia-nccl==2 ; sys_platform == 'linux' \\\n    --hash=sha256:2\n"
            "torch==4 \\\n    --hash=sha256:4\n"
        ),
        "torch-cpu.txt": "torch==4+cpu \\\n    --hash=sha256:5\n",
    }
    with pytest.raises(ValueError, match="give CPU_BUILD the new one"):
        lock.split(resolved, {"torch==3": "5"})


def stated_licences() -> tuple[dict[str, str], dict[str, str]]:
    """The two tables of docs/dependencies.md: package → licence."""
    text = (ROOT / "docs" / "dependencies.md").read_text()
    tables = text.split("| licence | packages |\n|---|---|\n")[1:]
    always, extras = (
        {
            name: licence
            for licence, names in re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.M)
            for name in names.split(", ")
        }
        for table in (table.partition("\n\n")[0] for table in tables)
    )
    return always, extras


def test_licences_of_all_dependencies_are_listed():
    always, extras = stated_licences()
    needed, brought = licences()
    hint = "print the tables anew with python -m tests.support.licences"
    assert {n: needed[n] for n in needed if always.get(n) != needed[n]} == {}, hint
    listed = extras | always
    assert {n: brought[n] for n in brought if listed.get(n) != brought[n]} == {}, hint


def test_packages_under_the_gpl_come_with_extras_only():
    always, extras = stated_licences()
    assert [name for name, licence in always.items() if GPL.search(licence)] == []
    assert [name for name, licence in extras.items() if GPL.search(licence)] == ["espeakng-loader"]


def test_libraries_under_the_gpl_inside_wheels_are_spoken_of():
    found: dict[str, set[str]] = {}
    for name in installed_closure(declared()[0]):
        for file in distribution(name).files or []:
            if (library := GPL_LIBRARIES.match(file.name)) and ".so" in file.name:
                found.setdefault(name, set()).add(library[1])
    assert {name: found[name] - SAID_OF_WHEELS.get(name, set()) for name in found} == {
        name: set() for name in found
    }
    text = (ROOT / "docs" / "dependencies.md").read_text()
    assert all(library in text for said in SAID_OF_WHEELS.values() for library in said)
