"""All that this repository uses of Beam beyond its public interface: names, and why each is needed.

Beam calls these modules internal or experimental, so pyproject.toml bounds its version, and
``tests/pipeline/running/test_beam_internals.py`` says which of them a new version has changed.

* ``FnApiRunner``: the runner for one machine. ``DirectRunner``, its public name, would first try
  to download another runner (Prism).
* ``ExternalEnvironment``: gives that runner the address at which to order workers. Only portable
  runners take the address from an option (``--environment_type=EXTERNAL``), and Beam's own, the
  embedded job service, starts a single worker.
* ``beam_fn_api_pb2``, ``beam_fn_api_pb2_grpc``: the protocol by which runners in all languages
  order workers (``BeamFnExternalWorkerPool``).
* ``sdk_worker_main``: what Beam's own containers start; it is configured by environment variables.
* ``DaskRunnerResult.client``: the connection to a Dask cluster, which Beam leaves open.

One use is of what stands beside Beam: its runner offers no option for where it listens, so
:func:`use_loopback` replaces ``socket.getfqdn`` and ``grpc.server``, by which it finds out.
"""

import socket
from collections.abc import Mapping
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import PipelineResult
from apache_beam.runners.worker import sdk_worker_main
from apache_beam.transforms.environments import ExternalEnvironment
from google.protobuf import text_format

__all__ = [
    "ExternalEnvironment",
    "FnApiRunner",
    "beam_fn_api_pb2",
    "beam_fn_api_pb2_grpc",
    "close_client",
    "sdk_worker_main",
    "use_loopback",
    "worker_environment",
]

_any_server = grpc.server


def use_loopback() -> None:
    """Makes this process's runner listen on the loopback interface, and workers connect there.

    It would listen on all interfaces, and let in whoever connects. On Linux it names the host, in
    full; but a name may not resolve, or resolve to an address that a firewall guards. Only for a
    process that does nothing but run the pipeline: it changes what ``socket.getfqdn`` says and
    where servers of ``grpc.server`` listen.
    """
    socket.getfqdn = lambda name="": "localhost"
    grpc.server = _loopback_server


def _loopback_server(*arguments: Any, **options: Any) -> grpc.Server:
    server = _any_server(*arguments, **options)
    listen = server.add_insecure_port

    def listen_on_loopback(address: str) -> int:
        port: int = listen(address.replace("[::]", "127.0.0.1"))
        return port

    server.add_insecure_port = listen_on_loopback
    return server


def worker_environment(
    request: beam_fn_api_pb2.StartWorkerRequest, pipeline_options: str
) -> Mapping[str, str]:
    """Environment variables that ``sdk_worker_main`` reads.

    Args:
        request: The runner's order.
        pipeline_options: JSON of the pipeline's options.
    """
    return {
        "WORKER_ID": request.worker_id,
        "CONTROL_API_SERVICE_DESCRIPTOR": text_format.MessageToString(request.control_endpoint),
        "PIPELINE_OPTIONS": pipeline_options,
    }


def close_client(result: PipelineResult) -> None:
    """Closes the connection to a Dask cluster, if there is one.

    A connection that is open at the end of the process prints errors about a lost scheduler.
    """
    if client := getattr(result, "client", None):
        client.close()
