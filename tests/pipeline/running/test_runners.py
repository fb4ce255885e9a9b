"""The same build on other runners: the same bytes, and a word about what went wrong."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.runner import PipelineRunner

from exhubert.cli.main import main
from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.finalize import finalize_dataset
from pipeline.dataset.finished_check import check_finished
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.running.build import build_dataset
from pipeline.running.runners import read_options
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.files import files_of

pytestmark = pytest.mark.xdist_group("processes")


@pytest.fixture
def build(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path):
    """Builds two small corpora by command line into a folder of that name; gives its files."""
    roots = []
    for name in ("tones", "bells"):
        make_spec(name)
        roots.append(f"{name}={make_corpus(name)}")
    specs = [str(tmp_path / f"{name}.yaml") for name in ("tones", "bells")]

    def run(output: str, *arguments: str) -> dict[str, bytes]:
        folder = tmp_path / output
        command = ["build", "--spec", *specs, "--root", *roots, "--output", str(folder)]
        assert main([*command, *arguments]) == 0
        shutil.rmtree(folder / "log")  # of runs, with the time of each; the report shows it, too
        (folder / "report.html").unlink()
        return files_of(folder)

    return run


@pytest.fixture
def job_server(tmp_path: Path) -> Iterator[str]:
    """Address of Beam's local job service, run as a process of its own."""
    port = tmp_path / "port"
    module = "apache_beam.runners.portability.local_job_service_main"
    options = ["--port", "0", "--port_file", str(port), "--staging_dir", str(tmp_path / "staging")]
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", module, *options], stdout=log, stderr=log)
    while not (port.exists() and port.read_text()):
        assert server.poll() is None, (tmp_path / "server.log").read_text()
        time.sleep(0.1)
    yield f"localhost:{port.read_text()}"
    server.terminate()
    server.wait()


def test_embedded_job_service_builds_the_same_bytes(build, capsys) -> None:
    local = build("local", "--jobs", "1")
    assert "clips_found 48, clips_written 48" in capsys.readouterr().out
    portable = ["--runner=PortableRunner", "--environment_type=LOOPBACK"]
    assert local == build("portable", *portable, "--job_endpoint=embed")
    assert "clips_found 48, clips_written 48" in capsys.readouterr().out


@pytest.mark.slow
def test_job_server_builds_the_same_bytes(build, job_server: str) -> None:
    portable = ["--runner=PortableRunner", "--environment_type=LOOPBACK"]
    assert build("local", "--jobs", "1") == build(
        "portable", *portable, f"--job_endpoint={job_server}"
    )


def test_dask_cluster_builds_the_same_bytes(build) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        dask = ["--runner=DaskRunner", f"--dask_client_address={cluster.scheduler_address}"]
        assert build("dask", *dask, "--dask_npartitions=4") == build("local", "--jobs", "1")


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> BuildConfig:
    """A build that is done."""
    corpora = {"tones": Corpus(make_spec(), str(make_corpus()))}
    done = BuildConfig(corpora, emotion_scheme(), str(tmp_path / "dataset"), AudioOptions())
    build_dataset(done)
    return done


def test_runner_that_did_nothing_is_found_out(dataset: BuildConfig, monkeypatch) -> None:
    """As Beam's Dask runner once did: DONE, and not a row written."""

    def make_idle(
        build: BuildConfig, options: PipelineOptions, runner: PipelineRunner
    ) -> beam.Pipeline:
        pipeline = beam.Pipeline(runner, options)
        _ = pipeline | beam.Create([1])
        return pipeline

    monkeypatch.setattr("pipeline.running.beam_pipeline.make_pipeline", make_idle)
    with pytest.raises(DataError, match="the runner ended without finishing"):
        build_dataset(dataset)
    monkeypatch.undo()
    assert build_dataset(dataset).written == 24


def test_what_the_manifest_states_must_be_there(dataset: BuildConfig) -> None:
    with pytest.raises(DataError, match="missing from the manifest: bells"):
        check_finished(dataset.output, ["tones", "bells"])
    shard = Path(dataset.output, "data/tones/test-00000-of-00001.parquet")
    size = shard.stat().st_size
    shard.write_bytes(b"PAR1")
    with pytest.raises(DataError, match=f"4 bytes where the manifest has {size:,} bytes"):
        check_finished(dataset.output, ["tones"])
    shard.unlink()
    with pytest.raises(DataError, match=r"test-00000-of-00001\.parquet: nothing where"):
        check_finished(dataset.output, ["tones"])


def test_shard_written_in_parts_is_an_error(dataset: BuildConfig) -> None:
    specs = {"tones": dataset.corpora["tones"].spec}
    with pytest.raises(DataError, match="tones/test-00000-of-00001 was written 2 times"):
        finalize_dataset(
            dataset.output,
            ["tones/test-00000-of-00001"] * 2,
            specs,
            emotion_scheme(),
            AudioOptions(),
            {},
        )


def test_options_of_a_job_server_are_left_to_it() -> None:
    arguments = ["--runner=PortableRunner", "--rescale_mode=x"]
    read_options([*arguments, "--job_endpoint=flink:8099"], [])
    with pytest.raises(UsageError, match="neither exhubert nor Beam has an option --rescale_mode"):
        read_options([*arguments, "--job_endpoint=embed"], [])
