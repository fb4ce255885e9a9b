"""Beam's runner for one machine: within the calling process, or on the workers of a pool."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import grpc
from apache_beam.options.pipeline_options import DirectOptions, PipelineOptions
from apache_beam.runners.runner import PipelineRunner

from pipeline.running.beam_internals import (
    ExternalEnvironment,
    FnApiRunner,
    beam_fn_api_pb2,
    beam_fn_api_pb2_grpc,
    worker_environment,
)
from pipeline.running.worker_pool import WorkerPool


@contextmanager
def in_process_runner(log: Path) -> Iterator[PipelineRunner]:
    """A runner that does all the work in the calling process.

    Args:
        log: File for what Beam logs.
    """
    beam, handler = logging.getLogger("apache_beam"), _LogFile(log, delay=True)
    beam.addHandler(handler)
    beam.propagate = False
    try:
        yield FnApiRunner()
    finally:
        beam.propagate = True
        beam.removeHandler(handler)
        with suppress(OSError):  # what is still to be written
            handler.close()


class _LogFile(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Drops what a full disk does not take; it would be printed, with a traceback."""


@contextmanager
def pool_runner(pool: WorkerPool, options: PipelineOptions) -> Iterator[PipelineRunner]:
    """A runner that orders the workers of a pool."""
    options.view_as(DirectOptions).direct_num_workers = pool.size
    server = grpc.server(ThreadPoolExecutor(1))
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(
        _WorkerOrders(pool, options), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield FnApiRunner(default_environment=ExternalEnvironment(f"127.0.0.1:{port}"))
    finally:
        server.stop(grace=None)


class _WorkerOrders(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):
    """Beam's protocol for workers that others start: its methods are remote calls of the runner."""

    def __init__(self, pool: WorkerPool, options: PipelineOptions) -> None:
        super().__init__()
        quiet = {"default_sdk_harness_log_level": "ERROR"}
        given = quiet | options.get_all_options(drop_default=True)
        self._options = json.dumps({"options": given}, default=str)
        self._pool = pool

    def StartWorker(  # noqa: N802 (Beam's name)
        self, request: beam_fn_api_pb2.StartWorkerRequest, context: grpc.ServicerContext
    ) -> beam_fn_api_pb2.StartWorkerResponse:
        environment = worker_environment(request, self._options)
        if self._pool.start(request.worker_id, environment):
            return beam_fn_api_pb2.StartWorkerResponse()
        return beam_fn_api_pb2.StartWorkerResponse(
            error=f"all {self._pool.size} workers have been started"
        )

    def StopWorker(  # noqa: N802 (Beam's name)
        self, request: beam_fn_api_pb2.StopWorkerRequest, context: grpc.ServicerContext
    ) -> beam_fn_api_pb2.StopWorkerResponse:
        self._pool.stop(request.worker_id)
        return beam_fn_api_pb2.StopWorkerResponse()
