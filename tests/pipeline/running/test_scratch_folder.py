"""What killed processes have left is deleted by the next, and nothing else is."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pipeline.running.scratch_folder import (
    keep_for_people,
    make_scratch_folder,
    remove_left_behind,
    scratch_folder,
)

MAKE = "from pipeline.running import scratch_folder as s; f = s.make_scratch_folder(); "


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def of_an_ended_process(parent: Path, then: str = "") -> Path:
    code = f"import tempfile; tempfile.tempdir = {str(parent)!r}; {MAKE} print(f); {then}"
    return Path(subprocess.check_output([sys.executable, "-c", code], text=True).strip())


def test_folders_of_ended_processes_go_and_those_of_running_ones_stay(parent: Path) -> None:
    mine = make_scratch_folder()
    left = of_an_ended_process(parent)
    (left / "scratch").mkdir()
    kept = of_an_ended_process(parent, "s.keep_for_people(f)")
    assert make_scratch_folder() != mine
    assert mine.is_dir()
    assert kept.is_dir()
    assert not left.exists()
    keep_for_people(kept)


def test_a_folder_goes_when_it_is_no_longer_needed(parent: Path) -> None:
    with pytest.raises(IsADirectoryError), scratch_folder() as folder:
        folder.write_text("no file")
    assert list(parent.iterdir()) == []


def test_what_is_not_ours_stays(parent: Path) -> None:
    left = of_an_ended_process(parent)
    owner = (left / "process.json").read_text()
    elsewhere = parent / "elsewhere"
    left.rename(elsewhere)
    (parent / "exhubert-link").symlink_to(elsewhere)
    for number, content in enumerate(
        ["", "[]", "{}", json.dumps(json.loads(owner) | {"machine": "another"})]
    ):
        folder = parent / f"exhubert-{number}"
        folder.mkdir()
        (folder / "process.json").write_text(content)
    (parent / "exhubert-file").write_text("a file")
    before = sorted(parent.rglob("*"))
    remove_left_behind(parent)
    assert sorted(parent.rglob("*")) == before
