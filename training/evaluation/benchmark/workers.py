"""Jobs of a benchmark in several processes, which share the cores of this machine evenly.

A process imports nothing heavy before it knows its share, as libraries look for it when they load.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from pipeline.common.cores import usable_cores
from pipeline.common.errors import DataError

if TYPE_CHECKING:  # it brings torch
    from training.evaluation.benchmark.job import Job

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_QUIET = {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


def run_parallel(
    jobs: "Sequence[Job]", processes: int, on_done: "Callable[[Job], object]" = lambda job: None
) -> None:
    """Runs jobs in several processes.

    The processes start as new ones, so that a program that calls this must guard its main part
    by ``if __name__ == "__main__"``.

    Args:
        jobs: What is run.
        processes: How many jobs at a time.
        on_done: Called when a job is done.

    Raises:
        DataError: A process died.
        ExhubertError: What a job raised; those that are done stay done.
    """
    from training.evaluation.benchmark.job import run_job

    threads = max(1, usable_cores() // processes)
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(processes, context, _prepare, (threads,)) as pool:
            try:
                for wave in waves(jobs):
                    futures = {pool.submit(run_job, job): job for job in wave}
                    for future in as_completed(futures):
                        future.result()
                        on_done(futures[future])
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except BrokenProcessPool:
        raise DataError(
            f"one of {processes} processes died, perhaps for want of memory: what is done stays; "
            "go on with fewer at a time"
        ) from None


def waves(jobs: "Sequence[Job]") -> "list[list[Job]]":
    """Jobs that may run together: first one of each baseline and corpus, then the others.

    The first fold keeps the features that the others read; across corpora, of all corpora.
    """
    from training.evaluation.baselines.run import Baseline

    first: dict[tuple[str, str], Job] = {}
    for job in jobs:
        if isinstance(job.system, Baseline):
            corpus = job.run.corpus if job.run.choice else ""
            first.setdefault((job.model, corpus), job)
    leading = list(first.values())
    return [leading, [job for job in jobs if job not in leading]]


def _prepare(threads: int) -> None:
    """Settles a new process: its share of threads, silence, and its end with its parent's."""
    os.environ.update(dict.fromkeys(_THREADS, str(threads)))
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
