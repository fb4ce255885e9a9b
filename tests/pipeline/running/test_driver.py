"""What the process of a build tells the one that wants it: one line of JSON."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.audio.options import AudioOptions
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.beam_options import parse_options
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec

pytestmark = pytest.mark.xdist_group("processes")

HOME = Path(__file__).parents[3]


@pytest.fixture
def build(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> BuildConfig:
    corpora = {"tones": Corpus(make_spec(), str(make_corpus()))}
    return BuildConfig(corpora, emotion_scheme(), str(tmp_path / "dataset"), AudioOptions())


def told(folder: Path, workers: int, order: object) -> dict[str, object]:
    """The last line that a driver tells of a build."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.running", str(folder), str(workers)],
        cwd=HOME,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # it ends its whole group
    )
    assert process.stdin
    assert process.stdout
    pickle.dump(order, process.stdin)
    process.stdin.flush()
    lines = [json.loads(line) for line in process.stdout]
    process.stdin.close()
    process.wait(20)
    return next(line for line in reversed(lines) if "waiting" not in line)


def test_counters_of_a_build(build: BuildConfig, tmp_path: Path) -> None:
    assert "clips_written 24" in str(told(tmp_path, 2, (build, None, None))["counters"])


def test_runner_that_cannot_be_reached(build: BuildConfig, tmp_path: Path) -> None:
    options = parse_options(["--runner=PortableRunner", "--job_endpoint=localhost:9"])
    error = json.loads(str(told(tmp_path, 0, (build, options, None))["error"]))
    assert error["type"] == "DataError"
    assert "--job_endpoint=localhost:9: a job server can't be reached" in error["message"]


def test_runner_that_fails(build: BuildConfig, tmp_path: Path) -> None:
    options = parse_options(["--runner=PortableRunner"])
    failure = str(told(tmp_path, 0, (build, options, None))["failure"])
    assert failure.startswith("PortableRunner failed: ")
    assert "You must specify a --job_endpoint" in failure
