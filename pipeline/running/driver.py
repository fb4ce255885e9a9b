"""The process that runs the Beam pipeline of a local build: ``-m pipeline.running.driver``.

It has nothing of the user's program in it: neither threads, which would make forking workers
unsafe, nor a main module that starting workers would run again. Beam waits for ever for a worker
that has died; this process need not wait with it, it reports the death and ends.
"""

import json
import os
import pickle
import signal
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.common.errors import ExhubertError, error_to_json
from pipeline.planning.build_config import BuildConfig
from pipeline.running.beam_internals import use_loopback
from pipeline.running.beam_pipeline import run_pipeline
from pipeline.running.driver_process import ERROR_FILE, RESULT_FILE
from pipeline.running.local_runner import pool_runner
from pipeline.running.worker_pool import WorkerPool


def main(folder: Path, workers: int) -> NoReturn:
    """Forks workers, reads from stdin what to build, and builds it.

    Args:
        folder: For the result, logs, and what workers tell of their work.
        workers: Number of worker processes.
    """
    pool = WorkerPool(workers, folder)
    signal.signal(signal.SIGTERM, lambda *_: _end(pool))
    build, options = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_parent, args=(pool,), daemon=True).start()

    def report_death(worker: int, status: int) -> None:
        _write_result(folder, {"worker": worker, "status": status})
        _end(pool)

    pool.watch(report_death)
    try:
        _write_result(folder, {"counters": _run(build, options, pool)})
    except ExhubertError as error:
        _write_result(folder, {"error": error_to_json(error)})
    _end(pool)


def _run(build: BuildConfig, options: dict[str, object], pool: WorkerPool) -> str:
    use_loopback()
    parsed = PipelineOptions.from_dictionary(options)
    build = replace(build, error_file=str(pool.folder / ERROR_FILE))
    with pool_runner(pool, parsed) as runner:
        return run_pipeline(build, parsed, runner, str(pool.folder))


def _write_result(folder: Path, result: dict[str, object]) -> None:
    aside = folder / f"{RESULT_FILE}.{threading.get_ident()}"
    aside.write_text(json.dumps(result))
    aside.replace(folder / RESULT_FILE)


def _end_with_parent(pool: WorkerPool) -> None:
    sys.stdin.buffer.read()  # until the parent closes it, as its own death does
    _end(pool)


def _end(pool: WorkerPool) -> NoReturn:
    """Ends this process and its workers, whatever threads of Beam wait for."""
    pool.kill()
    os._exit(0)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except BaseException:
        traceback.print_exc()
        os._exit(1)  # the parent ends the workers
