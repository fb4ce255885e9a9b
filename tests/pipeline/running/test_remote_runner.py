"""Builds on other runners whose workers do not come."""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from pipeline.running.beam_internals import beam_fn_api_pb2, beam_fn_api_pb2_grpc
from pipeline.running.beam_options import parse_options
from pipeline.running.remote_runner import WORKER_TIMEOUT, absolute, worker_limit
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.commands import start_build

pytestmark = pytest.mark.xdist_group("processes")


class _LazyPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """Says that it starts workers, and starts none."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()

    def StartWorker(self, request, context):  # noqa: N802 (Beam's name)
        self.asked.set()
        return beam_fn_api_pb2.StartWorkerResponse()

    def StopWorker(self, request, context):  # noqa: N802 (Beam's name)
        return beam_fn_api_pb2.StopWorkerResponse()


@pytest.fixture
def lazy() -> Iterator[tuple[_LazyPool, list[str]]]:
    """A pool whose workers never come, and the options that ask it for one."""
    server, pool = grpc.server(ThreadPoolExecutor(2)), _LazyPool()
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    embedded = ["--runner=PortableRunner", "--job_endpoint=embed"]
    external = ["--environment_type=EXTERNAL", f"--environment_config=127.0.0.1:{port}"]
    yield pool, [*embedded, *external]
    server.stop(grace=None)


def test_worker_that_never_comes_ends_the_build(
    make_spec: MakeSpec, make_corpus: MakeCorpus, lazy, tmp_path: Path
) -> None:
    make_spec()
    pool, options = lazy
    build = start_build(tmp_path, make_corpus(), *options, "--worker-timeout", "4")
    _, errors = build.communicate(timeout=60)
    assert pool.asked.is_set()
    assert build.returncode == 1, errors
    assert "error: PortableRunner: no worker has begun within 4 s" in errors
    assert "Traceback" not in errors
    assert Path(errors.rpartition("The log: ")[2].strip()).is_file()


def test_interrupted_build_leaves_nothing(
    make_spec: MakeSpec, make_corpus: MakeCorpus, lazy, tmp_path: Path
) -> None:
    make_spec()
    pool, options = lazy
    build = start_build(tmp_path, make_corpus(), *options)
    assert pool.asked.wait(60)
    build.send_signal(signal.SIGTERM)
    _, errors = build.communicate(timeout=20)
    assert build.returncode == 143
    assert "error: interrupted" in errors
    assert "Traceback" not in errors
    assert not list((tmp_path / "scratch").glob("exhubert-*"))


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        (["--runner=PrismRunner"], WORKER_TIMEOUT),
        (["--runner=DaskRunner"], WORKER_TIMEOUT),
        (["--runner=PortableRunner", "--environment_type=LOOPBACK"], WORKER_TIMEOUT),
        (["--runner=FlinkRunner"], 0),  # slots may be taken
        (["--runner=DataflowRunner"], 0),
        (["--runner=PortableRunner", "--environment_type=DOCKER"], 0),  # an image may be loaded
    ],
)
def test_where_a_cluster_may_queue_the_job_it_is_waited_for(
    arguments: list[str], limit: float
) -> None:
    if arguments == ["--runner=DaskRunner"]:
        pytest.importorskip("distributed")
    assert worker_limit(parse_options(arguments)) == limit


def test_workers_in_other_folders_find_what_is_named_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("a/../dataset") == str(tmp_path.resolve() / "dataset")
    assert absolute("s3://bucket/dataset") == "s3://bucket/dataset"
