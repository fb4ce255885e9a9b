"""Whether what another runner needs is there, asked before it is: Beam waits for minutes or more.

Each question has a time limit of its own, and an answer that says what was tried.
"""

import json
import shutil
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import grpc
from apache_beam.options.pipeline_options import (
    JobServerOptions,
    PipelineOptions,
    PortableOptions,
    PrismRunnerOptions,
    StandardOptions,
)

from pipeline.common.errors import DataError
from pipeline.running.beam_options import DASK, dask_options

CONNECT_TIMEOUT = 10
"""Seconds that a server has to accept a connection, and again to answer."""


def check_connections(options: PipelineOptions) -> None:
    """Checks that job server, scheduler or program of a runner is available.

    Raises:
        DataError: It can't; says what was tried, what came of it, and what to do.
    """
    runner = options.view_as(StandardOptions).runner
    endpoint = options.view_as(PortableOptions).job_endpoint
    if runner == DASK:
        _check_scheduler(options.view_as(dask_options()))
    elif endpoint and endpoint != "embed":
        _check_job_server(endpoint)
    elif runner == "PrismRunner":
        _check_prism(options.view_as(PrismRunnerOptions).prism_location)
        _check_command(options.view_as(PortableOptions))
    elif runner in {"FlinkRunner", "SparkRunner"}:
        _check_java(options.view_as(JobServerOptions).job_server_java_launcher, runner)


def _check_job_server(endpoint: str) -> None:
    option = f"--job_endpoint={endpoint}"
    host, _, port = endpoint.rpartition(":")
    _connect(option, host, port, "a job server", "localhost:8099")
    with grpc.insecure_channel(endpoint) as channel:
        try:
            grpc.channel_ready_future(channel).result(CONNECT_TIMEOUT)
        except grpc.FutureTimeoutError:
            raise DataError(
                f"{option}: something listens there, but it did not answer as a job server does "
                f"(gRPC) within {CONNECT_TIMEOUT} s; is it the right port?"
            ) from None


def _check_scheduler(options: PipelineOptions) -> None:
    file, address = options.scheduler_file, options.address
    if file and not Path(file).is_file():
        raise DataError(f"--dask_scheduler_file={file}: no such file; is the scheduler running?")
    if address:
        option, parts = f"--dask_client_address={address}", urlsplit(address)
        if not parts.scheme or parts.scheme in {"tcp", "tls"}:
            host, _, port = (parts.netloc or address).rpartition(":")
            _connect(option, host, port, "Dask's scheduler", "tcp://scheduler:8786")


def _connect(option: str, host: str, port: str, server: str, example: str) -> None:
    """Opens a connection and closes it."""
    if not (host and port.isdecimal()):
        raise DataError(f"{option}: expected host and port, for example {example}")
    begun = time.monotonic()
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_TIMEOUT).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"{option}: {server} can't be reached: {reason} (after "
            f"{time.monotonic() - begun:.0f} s); is it running, and is that its address?"
        ) from None


def _check_prism(location: str | None) -> None:
    if location and "://" not in location and not Path(location).is_file():
        raise DataError(
            f"--prism_location={location}: no such file; expected Prism's program, or the zip of "
            "it from Beam's releases"
        )


def check_still_there(options: PipelineOptions) -> None:
    """Checks after a run that Dask's scheduler has seen its end, which Dask may not report.

    Raises:
        DataError: It can't be reached any more.
    """
    if options.view_as(StandardOptions).runner == DASK:
        try:
            _check_scheduler(options.view_as(dask_options()))
        except DataError as error:
            raise DataError(
                f"DaskRunner: its scheduler has ended during the build: {error} Shards that are "
                "complete stay: building again resumes"
            ) from None


def _check_command(options: PipelineOptions) -> None:
    """The program that Prism, which runs on this machine, starts workers with."""
    if options.environment_type != "PROCESS":
        return
    text = options.environment_config or ""
    option = f"--environment_config={text}"
    try:
        config = json.loads(text)
        command = config["command"]
    except (ValueError, TypeError, LookupError):
        raise DataError(
            f'{option}: expected the program that starts a worker, as {{"command": "/opt/boot"}}'
        ) from None
    if not (isinstance(command, str) and shutil.which(command)):
        raise DataError(f"{option}: no program {command!r}, or it has no leave to run (chmod +x)")


def _check_java(launcher: str | None, runner: str) -> None:
    if not shutil.which(launcher or "java"):
        raise DataError(
            f"--runner={runner}: {launcher or 'java'} is not installed, and the job server is a "
            "Java program: install Java 11, or name a server that runs: --job_endpoint=host:8099"
        )
