"""Forked workers, with a stand-in for Beam's worker in each."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path


def run_pool(code: str, folder: Path) -> str:
    """What a process with a pool of two prints; a process of its own, since it forks."""
    program = f"""
        import multiprocessing, os, queue
        from pathlib import Path
        from pipeline.running.beam_internals import sdk_worker_main
        from pipeline.running.worker_pool import WorkerPool

        def work(arguments):
            if os.environ["WORKER_ID"] == "bad":
                os._exit(3)
            print("working as", os.environ["WORKER_ID"], flush=True)

        sdk_worker_main.main = work
        folder, deaths = Path({str(folder)!r}), queue.Queue()
        pool = WorkerPool(2, folder)
        pool.watch(lambda *death: deaths.put(death), lambda words: deaths.put(words))
        {code}
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_workers_take_orders_in_turn_and_no_more_than_there_are(tmp_path: Path) -> None:
    code = "print([pool.start(name, {'WORKER_ID': name}) for name in ('a', 'b', 'c')])"
    wait = "[worker.join() for worker in multiprocessing.active_children()]"
    assert run_pool(f"{code}; {wait}", tmp_path) == "[True, True, False]\n"
    logs = [(tmp_path / f"worker-{number}.log").read_text() for number in (0, 1)]
    assert logs == ["working as a\n", "working as b\n"]


def test_death_of_a_worker_is_told_with_its_number_and_status(tmp_path: Path) -> None:
    code = "pool.start('a', {'WORKER_ID': 'bad'}); print(deaths.get(timeout=30))"
    assert run_pool(code, tmp_path) == "(0, 3)\n"


def test_killed_workers_are_gone(tmp_path: Path) -> None:
    code = "print(len(multiprocessing.active_children()))"
    assert run_pool(f"{code}; pool.kill(); {code}", tmp_path) == "2\n0\n"
