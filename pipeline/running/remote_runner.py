"""A build on a runner that has workers of its own: Prism, Dask, Flink, Dataflow and others."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions

from pipeline.common.errors import ExhubertError
from pipeline.planning.build_config import BuildConfig
from pipeline.running.beam_internals import use_loopback
from pipeline.running.beam_options import count_partitions, runner_name
from pipeline.running.beam_pipeline import run_pipeline
from pipeline.running.connections import check_connections, check_still_there
from pipeline.running.driver_process import ERROR_FILE
from pipeline.running.runner_failure import last_words
from pipeline.running.worker_stall import describe_stopped
from pipeline.shards.receipts import RECEIPTS
from pipeline.storage import configure_stores, is_remote
from pipeline.storage import files as storage

WORKER_TIMEOUT = 120
"""Seconds within which a worker must have begun, where no cluster starts or queues it."""

_BEGUN_FILE = "begun"
_ASK_EVERY = 2.0  # s


def run_elsewhere(
    build: BuildConfig,
    options: PipelineOptions,
    worker_timeout: float | None,
    on_waiting: Callable[[list[str]], None],
    on_timeout: Callable[[str], None],
) -> str:
    """Runs the pipeline on the runner that the options name, to its end.

    Args:
        build: Configuration of the build.
        options: For Beam.
        worker_timeout: Seconds within which a worker must have begun, 0 for any number of them;
            None for :data:`WORKER_TIMEOUT`, or any number where a cluster may queue the job.
        on_waiting: Called with a message of what the build waits for.
        on_timeout: Called from a thread with a message if no worker has begun; must not return.

    Returns:
        What the runner has counted, in a line for people.

    Raises:
        ExhubertError: A worker met it, or the runner can't be reached.
    """
    logging.basicConfig(level=logging.INFO)
    errors = _LastError()
    logging.getLogger().addHandler(errors)
    configure_stores(build.stores)
    check_connections(options)
    if not _is_clustered(options):
        use_loopback()
    files = [storage.join(build.output, RECEIPTS, name) for name in (ERROR_FILE, _BEGUN_FILE)]
    for file in files:
        storage.delete(file)  # of a run whose driver had gone
    error_file, begun_file = files
    partitions = count_partitions(options)
    build = replace(
        _with_absolute_paths(build),
        error_file=absolute(error_file),
        begun_file=absolute(begun_file),
        partitions=partitions,
    )
    if worker_timeout is None:
        worker_timeout = worker_limit(options)
    runner = runner_name(options) or "the runner"
    with _expected(begun_file, runner, worker_timeout, on_waiting, on_timeout, errors):
        counted = run_pipeline(build, options)
    check_still_there(options)
    return counted


def _with_absolute_paths(build: BuildConfig) -> BuildConfig:
    """The same build for workers that were started in other folders."""
    corpora = {
        name: replace(corpus, root=absolute(corpus.root)) for name, corpus in build.corpora.items()
    }
    return replace(build, output=absolute(build.output), corpora=corpora)


def absolute(path: str) -> str:
    """A local path from the root on; a URL as it is."""
    return path if is_remote(path) else str(Path(path).resolve())


class _LastError(logging.Handler):
    """Keeps the last error that a runner has logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.words = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.words = last_words(record.getMessage())


def _is_clustered(options: PipelineOptions) -> bool:
    """Whether workers may run on other machines than this one."""
    external = options.view_as(PortableOptions).environment_type == "EXTERNAL"
    return external or runner_name(options) == "DaskRunner"


def worker_limit(options: PipelineOptions) -> float:
    """Seconds within which a worker must have begun, where nobody says; 0 for any number.

    A cluster may keep a job waiting for workers, or workers for their image.
    """
    started_at_once = options.view_as(PortableOptions).environment_type in {
        "LOOPBACK",
        "PROCESS",
        "EXTERNAL",
    }
    known = runner_name(options) in {"PrismRunner", "DaskRunner"}
    return WORKER_TIMEOUT if started_at_once or known else 0


@contextmanager
def _expected(
    begun_file: str,
    runner: str,
    timeout: float,
    on_waiting: Callable[[list[str]], None],
    on_timeout: Callable[[str], None],
    errors: _LastError,
) -> Iterator[None]:
    """Watches meanwhile for the file that the first worker writes, and for stopped processes."""
    ended, begun = threading.Event(), time.monotonic()
    limit = f" (for at most {timeout:.0f} s: --worker-timeout)" if timeout else ""

    def watch() -> None:
        state, reported = f"no worker of {runner} has begun yet{limit}", [""]
        at_work = False
        while not ended.is_set():
            now = [state, *describe_stopped(os.getpgrp())]
            if now != reported:
                on_waiting(now)
                reported = now
            if ended.wait(_ASK_EVERY) or at_work:
                continue
            with suppress(OSError, ExhubertError):  # a store that the build will complain about
                if storage.read(begun_file) is not None:
                    state, at_work = f"{runner} is at work", True
                    continue
            if timeout and time.monotonic() - begun > timeout:
                said = f" (the runner's last error: {errors.words})" if errors.words else ""
                on_timeout(
                    f"{runner}: no worker has begun within {timeout:.0f} s{said}; are there any, "
                    "and do they start? Try again, with more time if they need it: "
                    "--worker-timeout=600"
                )

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        with suppress(OSError, ExhubertError):
            storage.delete(begun_file)
