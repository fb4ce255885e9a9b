"""The process of a local build: independent of folder and program that start it."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pipeline.running.driver_process import DriverProcess
from tests.conftest import MakeCorpus, MakeSpec

HOME = Path(__file__).parents[3]


@pytest.mark.parametrize("foreign", ["pipeline.py", "pipeline/__init__.py", "training/__init__.py"])
def test_build_in_a_folder_with_packages_of_these_names_and_behind_a_proxy(
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
    proxy = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}  # nobody
    run = subprocess.run(
        command, cwd=project, env=os.environ | proxy, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "dataset" / "manifest.json").is_file()


@pytest.mark.parametrize(
    "start", [["-m", "exhubert"], [str(Path(sys.executable).with_name("exhubert"))]]
)
def test_no_file_of_the_current_folder_is_executed(
    start: list[str], make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """A corpus may come with ``csv.py``, and a folder of downloads with anything."""
    make_spec()
    root = make_corpus()
    folder = tmp_path / "downloads"
    folder.mkdir()
    # What Python itself loads for -m is gone before a line of ours runs.
    own = {"contextlib", "pkgutil", "runpy", "types", "warnings", "functools", "collections"}
    names = sys.stdlib_module_names - set(sys.builtin_module_names) - own
    for name in (*names, "numpy", "yaml", "rich", "apache_beam", "grpc", "pipeline", "training"):
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name}.py was executed')")
    command = [sys.executable, *start] if start[0] == "-m" else start
    build = ["build", "--spec", str(tmp_path / "tones.yaml"), "--root", f"tones={root}"]
    run = subprocess.run(
        [*command, *build, "--output", str(tmp_path / "dataset"), "--jobs", "2"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr


def test_script_without_a_main_guard_builds_twice_and_imports_no_beam(
    make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    """Started by fork or spawn, workers would run such a script again."""
    make_spec()
    program = f"""
        import sys
        from pathlib import Path

        from pipeline.audio.options import AudioOptions
        from pipeline.planning.build_config import BuildConfig, Corpus
        from pipeline.running.build import build_dataset
        from pipeline.specs.emotion_scheme import emotion_scheme
        from pipeline.specs.loader import load_spec

        corpora = {{"tones": Corpus(load_spec(Path("tones.yaml")), {str(make_corpus())!r})}}
        for turn in range(2):
            build = BuildConfig(corpora, emotion_scheme(), f"dataset-{{turn}}", AudioOptions())
            print(build_dataset(build, jobs=2).written, "apache_beam" in sys.modules)
    """
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(program))
    run = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert run.stdout == "24 False\n24 False\n", run.stderr


def test_process_that_is_given_no_build_ends_with_its_context(tmp_path: Path) -> None:
    with DriverProcess(2) as driver:
        assert driver.folder.is_dir()
    assert not driver.folder.exists()
