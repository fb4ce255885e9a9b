import subprocess
import sys
from dataclasses import replace

from pipeline.common.process_identity import ProcessIdentity


def test_this_process_runs_here() -> None:
    own = ProcessIdentity.own()
    assert own.is_here
    assert own.runs


def test_process_that_has_ended_does_not_run_even_before_it_is_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        other = replace(ProcessIdentity.own(), pid=process.pid)
        assert not other.runs  # its number, but another's start
        process.kill()
    assert not replace(other, start="").runs


def test_numbers_that_no_process_has_do_not_run() -> None:
    for pid in (-1, 0, 2**22 + 1, 2**70):
        assert not replace(ProcessIdentity.own(), pid=pid).runs


def test_process_of_another_machine_or_start_of_it_is_not_here() -> None:
    assert not replace(ProcessIdentity.own(), machine="elsewhere").is_here
