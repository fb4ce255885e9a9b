"""The process that runs a local build, spoken to as :class:`DriverProcess` speaks to it."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import error_from_json
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running import driver
from pipeline.running.driver_process import RESULT_FILE
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec


def drive(folder: Path, said: bytes) -> "subprocess.CompletedProcess[bytes]":
    folder.mkdir()
    command = [sys.executable, "-m", driver.__name__, str(folder), "1"]
    return subprocess.run(command, input=said, capture_output=True, timeout=120)


def order(tmp_path: Path, corpus: Corpus) -> bytes:
    build = BuildConfig(
        {"tones": corpus}, emotion_scheme(), str(tmp_path / "dataset"), AudioOptions()
    )
    return pickle.dumps((build, {}))


def test_what_is_no_build_ends_it_with_a_trace_for_its_log(tmp_path: Path) -> None:
    ended = drive(tmp_path / "work", b"not a build")
    assert ended.returncode == 1
    assert b"UnpicklingError" in ended.stderr


def test_it_ends_with_its_parent(
    tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    """Its input is closed at once here, as by a parent that has died."""
    ended = drive(tmp_path / "work", order(tmp_path, Corpus(make_spec(), str(make_corpus()))))
    assert ended.returncode == 0
    assert not (tmp_path / "dataset" / "manifest.json").exists()


def test_counters_or_the_error_are_its_result(
    tmp_path: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    table = make_spec(tables="{t: {file: facts.csv, match: {n: '{stem}'}, take: {text: said}}}")
    root = str(make_corpus())
    results = {}
    for name, spec in (("right", make_spec()), ("wrong", table)):
        folder = tmp_path / name
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-m", driver.__name__, str(folder), "1"], stdin=subprocess.PIPE
        )
        assert process.stdin
        process.stdin.write(order(tmp_path, Corpus(spec, root)))
        process.stdin.flush()  # and stays open
        assert process.wait(timeout=120) == 0
        process.stdin.close()
        results[name] = json.loads((folder / RESULT_FILE).read_text())
    assert "clips_written 24" in results["right"]["counters"]
    assert "no file matches 'facts.csv'" in str(error_from_json(results["wrong"]["error"]))
