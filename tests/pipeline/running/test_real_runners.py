"""Builds on Prism, Beam's own runner, and with workers as Dataflow starts them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import MakeCorpus, MakeSpec, write_tone
from tests.support.commands import run_pip, start_build
from tests.support.files import files_of
from tests.support.real_servers import unpack

pytestmark = [pytest.mark.xdist_group("processes"), pytest.mark.slow]

HOME = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack("prism", tmp_path_factory.mktemp("prism"))


@pytest.fixture
def on_prism(prism: Path) -> list[str]:
    return ["--runner=PrismRunner", f"--prism_location={prism}"]


def processes_of(program: Path) -> list[int]:
    """Processes that run a program and have not ended."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0") if folder.name.isdigit() else []
        except OSError:  # it has just ended
            continue
        if words and words[0] == str(program).encode():
            found.append(int(folder.name))
    return found


def wait_for(happens: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.1)


def built(folder: Path) -> dict[str, bytes]:
    """Files of a dataset that do not tell of the run."""
    shutil.rmtree(folder / "log")
    (folder / "report.html").unlink()
    return files_of(folder)


def build_locally(tmp_path: Path, root: Path) -> dict[str, bytes]:
    build = start_build(tmp_path, root, "--jobs", "1")
    _, errors = build.communicate()
    assert build.returncode == 0, errors
    (tmp_path / "dataset").rename(tmp_path / "local")
    return built(tmp_path / "local")


@pytest.fixture
def image(tmp_path: Path) -> list[str]:
    """Options for workers that ``boot`` starts, from an image that has our sdist installed.

    The image is a copy of Python; workers see the packages that are installed here, and of the
    checkout nothing.
    """
    boot = unpack("boot", tmp_path)
    hides = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", str(tmp_path)]
    if not shutil.which("unshare") or subprocess.run(hides).returncode:
        pytest.skip("this machine lets nobody hide a folder from a process")
    site, packages = Path(sysconfig.get_paths()["purelib"]), tmp_path / "packages"
    packages.mkdir()
    base, image = Path(sys.base_prefix), tmp_path / "image"
    leave_out = shutil.ignore_patterns("site-packages", "test", "tests", "idlelib", "share")
    shutil.copytree(base, image, symlinks=True, ignore=leave_out)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    own = image / "lib" / version / "site-packages"
    own.mkdir()
    (own / "packages.pth").write_text(str(site))
    sdist = [sys.executable, "setup.py", "-q", "sdist", "--dist-dir", str(tmp_path / "sdist")]
    subprocess.run(sdist, cwd=HOME, check=True, capture_output=True)
    (archive,) = (tmp_path / "sdist").glob("*.tar.gz")
    how = ["--no-deps", "--no-build-isolation", "--target", str(own)]
    run_pip("install", *how, archive, cwd=tmp_path)
    (own / "packages.pth").write_text(str(packages))
    inside = tmp_path / "inside.sh"
    inside.write_text(
        f"""
        cd /
        mount --bind '{site}' '{packages}' && mount -t tmpfs none '{HOME}' || exit 1
        export PATH='{image}/bin':"$PATH"
        unset PYTHONPATH PYTHONWARNINGS  # pip, which boot calls, uses what is deprecated
        for word; do shift; set -- "$@" "$(printf %s "$word" | tr -d "'")"; done
        ls '{HOME}' > '{tmp_path}/seen-of-the-checkout'
        exec '{boot}' --semi_persist_dir='{tmp_path}/state' "$@"
        """
    )
    command = tmp_path / "boot.sh"
    command.write_text(f"#!/bin/sh\nexec unshare --mount sh '{inside}' \"$@\"\n")
    command.chmod(0o755)
    config = json.dumps({"command": str(command)})
    return ["--environment_type=PROCESS", f"--environment_config={config}"]


def test_prism_builds_the_same_bytes(
    make_spec: MakeSpec, make_corpus: MakeCorpus, on_prism: list[str], prism: Path, tmp_path: Path
) -> None:
    make_spec()
    root = make_corpus()
    local = build_locally(tmp_path, root)
    build = start_build(tmp_path, root, *on_prism)
    _, errors = build.communicate()
    assert build.returncode == 0, errors
    assert built(tmp_path / "dataset") == local
    assert not processes_of(prism)
    assert not list((tmp_path / "scratch").iterdir())


def test_workers_of_an_image_without_the_checkout_build_the_same_bytes(
    make_spec: MakeSpec,
    make_corpus: MakeCorpus,
    on_prism: list[str],
    image: list[str],
    tmp_path: Path,
) -> None:
    make_spec()
    root = make_corpus()
    local = build_locally(tmp_path, root)
    build = start_build(tmp_path, root, *on_prism, *image)
    _, errors = build.communicate()
    assert build.returncode == 0, errors
    assert (tmp_path / "seen-of-the-checkout").read_text() == ""
    assert built(tmp_path / "dataset") == local


@pytest.fixture
def long_corpus(make_spec: MakeSpec, tmp_path: Path) -> Path:
    """One that a build has for a while."""
    make_spec(utterances=600)
    first = tmp_path / "corpora" / "tones" / "wav" / "s00_ang_000.wav"
    write_tone(first, seconds=20, rate=44_100)
    for number in range(1, 600):
        first.with_name(f"s{number % 6:02d}_ang_{number:03d}.wav").hardlink_to(first)
    return tmp_path / "corpora" / "tones"


def test_prism_that_is_killed_is_told(
    long_corpus: Path, on_prism: list[str], prism: Path, tmp_path: Path
) -> None:
    build = start_build(tmp_path, long_corpus, *on_prism)
    wait_for((tmp_path / "dataset" / "data").exists)
    os.kill(processes_of(prism)[0], signal.SIGKILL)
    _, errors = build.communicate(timeout=30)
    assert build.returncode == 1
    assert "error: PrismRunner failed: the connection to it was lost" in errors
    assert "building again resumes" in errors
    assert "Traceback" not in errors


def test_prism_that_is_stopped_is_told_and_goes_on(
    long_corpus: Path, on_prism: list[str], prism: Path, tmp_path: Path
) -> None:
    build = start_build(tmp_path, long_corpus, *on_prism)
    wait_for((tmp_path / "dataset" / "data").exists)
    (process,) = processes_of(prism)
    os.kill(process, signal.SIGSTOP)
    assert build.stderr is not None
    lines = iter(build.stderr.readline, "")
    assert any(f"kill -CONT {process} lets it go on" in line for line in lines)
    os.kill(process, signal.SIGCONT)
    _, errors = build.communicate(timeout=120)
    assert build.returncode == 0, errors


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_build_ends_prism(
    long_corpus: Path,
    on_prism: list[str],
    prism: Path,
    tmp_path: Path,
    sent: signal.Signals,
    status: int,
) -> None:
    build = start_build(tmp_path, long_corpus, *on_prism)
    wait_for((tmp_path / "dataset" / "data").exists)
    build.send_signal(sent)
    _, errors = build.communicate(timeout=30)
    assert build.returncode == status
    assert "error: interrupted; shards that are complete stay" in errors
    assert "elsewhere" not in errors
    assert "Traceback" not in errors
    assert not processes_of(prism)


def test_killed_build_ends_prism(
    long_corpus: Path, on_prism: list[str], prism: Path, tmp_path: Path
) -> None:
    build = start_build(tmp_path, long_corpus, *on_prism)
    wait_for((tmp_path / "dataset" / "data").exists)
    build.kill()
    wait_for(lambda: not processes_of(prism))
