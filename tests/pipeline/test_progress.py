import pickle
from pathlib import Path

from pipeline.progress import Counts, Progress, read_progress


def test_counts_of_all_workers_add_up(tmp_path: Path) -> None:
    driver = Progress(str(tmp_path))
    driver.found(7)
    for seconds in (1.5, 2.0):
        worker = pickle.loads(pickle.dumps(driver))
        worker.done(seconds)
        worker.done(0.0)
        worker.reused(1)
    assert read_progress(str(tmp_path)) == Counts(found=7, done=4, reused=2, seconds=3.5)


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Progress().done(1.0)
    assert list(tmp_path.iterdir()) == []
