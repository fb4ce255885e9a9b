"""Workers that live and do not get on."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pipeline.running.worker_stall import clip_in_work, describe_stopped, is_stopped


def test_stopped_child_is_told_from_a_running_and_an_ended_one() -> None:
    child = subprocess.Popen(["sleep", "60"])
    assert not is_stopped(child.pid)
    child.send_signal(signal.SIGSTOP)
    end = time.monotonic() + 10
    while not is_stopped(child.pid):
        assert time.monotonic() < end
    assert is_stopped(child.pid)  # still
    child.send_signal(signal.SIGCONT)
    while is_stopped(child.pid):
        assert time.monotonic() < end
    child.kill()
    child.wait()
    assert not is_stopped(child.pid)


def test_clip_and_how_long_it_has_taken(tmp_path: Path) -> None:
    status = tmp_path / "status"
    assert clip_in_work(status) == ("", 0)
    status.write_bytes(b"tones: wav/a.wav   ")
    os.utime(status, (0, time.time() - 45))
    clip, seconds = clip_in_work(status)
    assert clip == "tones: wav/a.wav"
    assert 45 <= seconds < 60
    status.write_bytes(b"    ")
    assert clip_in_work(status) == ("", 0)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no Linux")
def test_stopped_process_of_a_group_is_named() -> None:
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    assert describe_stopped(child.pid) == []
    child.send_signal(signal.SIGSTOP)
    end = time.monotonic() + 10
    while not is_stopped(child.pid):
        assert time.monotonic() < end
    words = f"process {child.pid} (sleep) is stopped: kill -CONT {child.pid} lets it go on"
    assert describe_stopped(child.pid) == [words]
    child.kill()
    child.wait()
    assert describe_stopped(child.pid) == []
