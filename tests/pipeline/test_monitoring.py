import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.monitoring import (
    STATUS_FILE_ENV,
    BuildProgress,
    ProgressWriter,
    read_current_clip,
    read_progress,
)


def test_counts_of_all_workers_add_up(tmp_path: Path) -> None:
    driver = ProgressWriter(str(tmp_path))
    driver.found("tones", 7)
    driver.found("bells", 5)
    for seconds in (1.5, 2.0):
        worker = pickle.loads(pickle.dumps(driver))
        worker.done("tones", seconds)
        worker.done("tones", 0.0)
        worker.completed("tones", utterances=2, reused=0)
        worker.completed("bells", utterances=1, reused=1)
    counts = read_progress(str(tmp_path))
    assert counts == BuildProgress(found=12, done=4, reused=2, seconds=3.5, failed=2)
    assert counts.corpora["tones"] == BuildProgress(found=7, done=4, seconds=3.5, failed=2)
    assert counts.corpora["bells"] == BuildProgress(found=5, reused=2)


def test_counts_that_are_just_being_overwritten_are_left_out(tmp_path: Path) -> None:
    ProgressWriter(str(tmp_path)).found("tones", 3)
    (tmp_path / "torn").write_text('{"tones": [1, 2')
    assert read_progress(str(tmp_path)) == BuildProgress(found=3)


def test_copies_count_as_found_until_their_shard_is_made(tmp_path: Path) -> None:
    progress = ProgressWriter(str(tmp_path))
    progress.found("tones", 5)
    for _ in range(4):
        progress.done("tones", 1.0)
    progress.completed("tones", utterances=5, reused=0)
    counts = read_progress(str(tmp_path))
    assert (counts.found, counts.finished) == (4, 4)


def test_without_a_folder_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ProgressWriter().done("tones", 1.0)
    assert list(tmp_path.iterdir()) == []


def test_last_clip_of_a_worker_can_be_read_after_its_death(tmp_path: Path) -> None:
    file = tmp_path / "status"
    assert read_current_clip(file) == ""
    code = "from pipeline.monitoring import set_current_clip as at; at('a long name'); at('Süß')"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        STATUS_FILE_ENV: str(file),
    }
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert read_current_clip(file) == "Süß"


def test_what_a_worker_waits_for_is_told_until_it_has_passed(tmp_path: Path) -> None:
    worker, other = ProgressWriter(str(tmp_path)), ProgressWriter(str(tmp_path))
    other.found("tones", 3)
    worker.waiting("waiting for a store")
    assert read_progress(str(tmp_path)).waiting == ("waiting for a store",)
    worker.waiting("")
    told = read_progress(str(tmp_path))
    assert (told.waiting, told.found) == ((), 3)


def test_clips_that_cannot_be_used_are_done_and_not_decoded(tmp_path: Path) -> None:
    worker = ProgressWriter(str(tmp_path))
    worker.done("tones", 2.5)
    worker.done("tones", 0.0)
    worker.completed("tones", 2, reused=0)
    counts = read_progress(str(tmp_path))
    assert (counts.done, counts.failed, counts.decoded) == (2, 1, 1)
    assert counts.corpora["tones"].decoded == 1
