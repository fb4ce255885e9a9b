"""What is used of Beam beyond its public interface: in one file, and as Beam has it now."""

import inspect
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from unittest.mock import Mock

import apache_beam
import grpc
import pytest
from apache_beam.runners.runner import PipelineResult, PipelineState
from google.protobuf import text_format

from pipeline.running import beam_internals

HOME = Path(__file__).parents[3]

NOT_PUBLIC = (
    r"apache_beam\.(internal|portability|runners\.(portability|worker)|transforms\.environments)"
)


def test_one_file_imports_what_beam_calls_internal() -> None:
    found = {
        str(file.relative_to(HOME))
        for folder in ("pipeline", "training", "exhubert")
        for file in (HOME / folder).rglob("*.py")
        if re.search(rf"^\s*(from|import) {NOT_PUBLIC}\b", file.read_text(), re.M)
    }
    assert found == {"pipeline/running/beam_internals.py"}


def test_what_is_used_is_there() -> None:
    """Names each use; fails with the first version of Beam that has changed it."""
    version = apache_beam.__version__
    runner = inspect.signature(beam_internals.FnApiRunner).parameters
    assert "default_environment" in runner, version
    environment = beam_internals.ExternalEnvironment("localhost:1")
    assert environment.url == "localhost:1", version
    servicer = beam_internals.beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer
    assert {"StartWorker", "StopWorker"} <= set(dir(servicer)), version
    source = inspect.getsource(beam_internals.sdk_worker_main)
    for variable in ("WORKER_ID", "CONTROL_API_SERVICE_DESCRIPTOR", "PIPELINE_OPTIONS"):
        assert variable in source, version


def test_worker_is_told_where_its_runner_answers() -> None:
    request = beam_internals.beam_fn_api_pb2.StartWorkerRequest(worker_id="worker_7")
    request.control_endpoint.url = "localhost:1234"
    told = beam_internals.worker_environment(request, "{}")
    assert told["WORKER_ID"] == "worker_7"
    endpoint = type(request.control_endpoint)()
    text_format.Parse(told["CONTROL_API_SERVICE_DESCRIPTOR"], endpoint)
    assert endpoint.url == "localhost:1234"


def test_runner_names_this_machine_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda name="": "name.that.does.not.resolve.invalid")
    monkeypatch.setattr(grpc, "server", grpc.server)  # so that it is put back
    beam_internals.use_loopback()
    assert socket.getfqdn() == "localhost"


def test_runner_listens_on_the_loopback_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getfqdn", socket.getfqdn)
    monkeypatch.setattr(grpc, "server", grpc.server)
    beam_internals.use_loopback()
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("[::]:0")
    server.start()
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=5)
    finally:
        server.stop(None)


def test_connection_to_a_dask_cluster_is_closed() -> None:
    dask_runner = pytest.importorskip("apache_beam.runners.dask.dask_runner")
    assert "client" in {field.name for field in fields(dask_runner.DaskRunnerResult)}
    client = Mock()
    beam_internals.close_client(dask_runner.DaskRunnerResult(client, []))
    client.close.assert_called_once_with()


def test_results_of_other_runners_hold_no_connection() -> None:
    beam_internals.close_client(PipelineResult(PipelineState.DONE))
