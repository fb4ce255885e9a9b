"""Two processes, or two threads, never write to one dataset at a time; the dead hold nothing."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from pipeline.common.errors import DataError
from pipeline.storage.claims import CLAIMS
from pipeline.storage.folder_lock import LOCK, check_unlocked, lock_folder

HOLD = """
import sys
from pipeline.storage.folder_lock import lock_folder
with lock_folder(sys.argv[1], "exhubert build"):
    print("locked", flush=True)
    input()
"""


@contextmanager
def other_process(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has locked a folder."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


@pytest.fixture(params=["locks", "claims"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A disk with locks, and one without, where claims take their place."""
    if request.param == "claims":

        def no_locks(*_: object) -> None:
            raise OSError(errno.EOPNOTSUPP, "no locks here")

        monkeypatch.setattr(fcntl, "flock", no_locks)
    return request.param


@pytest.mark.usefixtures("disk")
def test_the_second_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    with lock_folder(str(tmp_path), "exhubert relabel"):
        message = rf"exhubert relabel \(process {os.getpid()} on .* is writing to it; wait"
        with pytest.raises(DataError, match=message), lock_folder(str(tmp_path), "exhubert build"):
            pass
        with pytest.raises(DataError, match=message):
            check_unlocked(str(tmp_path))
    with lock_folder(str(tmp_path), "exhubert build"):
        pass
    check_unlocked(str(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_lock_of_another_process_ends_when_it_is_killed(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        with pytest.raises(DataError, match=rf"exhubert build \(process {process.pid} on"):
            check_unlocked(str(tmp_path))
        process.kill()
        process.wait()
        assert (tmp_path / LOCK).exists()
        check_unlocked(str(tmp_path))
        with lock_folder(str(tmp_path), "exhubert build"):
            pass


def test_only_one_of_many_threads_gets_it(tmp_path: Path) -> None:
    start, gone, locked = threading.Barrier(8), threading.Barrier(8), []

    def work(number: int) -> None:
        start.wait()
        try:
            with lock_folder(str(tmp_path), f"number {number}"):
                locked.append(number)
                gone.wait()
        except DataError:
            gone.wait()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(locked) == 1


def test_lock_is_let_go_of_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock_folder(str(tmp_path), "exhubert build"):
        _ = 1 / 0
    check_unlocked(str(tmp_path))


def test_a_file_that_stays_hides_no_error_and_locks_nobody_out(tmp_path: Path) -> None:
    with (
        patch.object(Path, "unlink", side_effect=OSError(errno.EROFS, "Read-only file system")),
        pytest.raises(DataError, match="no wav"),
        lock_folder(str(tmp_path), "first"),
    ):
        raise DataError("no wav")
    with lock_folder(str(tmp_path), "second"):
        pass


def test_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious")
    (tmp_path / "dataset" / ".build").mkdir(parents=True)
    (tmp_path / "dataset" / LOCK).symlink_to(outside)
    with pytest.raises(DataError, match="is a link"), lock_folder(str(tmp_path / "dataset"), "x"):
        pass
    assert outside.read_text() == "precious"


def test_folder_that_is_not_there_is_not_locked(tmp_path: Path) -> None:
    check_unlocked(str(tmp_path / "absent"))
    assert not (tmp_path / "absent").exists()


def test_claim_of_one_without_locks_is_seen_by_one_with(tmp_path: Path) -> None:
    (tmp_path / CLAIMS).mkdir(parents=True)
    (tmp_path / CLAIMS / "0.claim").write_text("not even JSON")
    with (
        pytest.raises(DataError, match="another process is writing"),
        lock_folder(str(tmp_path), "exhubert build"),
    ):
        pass
