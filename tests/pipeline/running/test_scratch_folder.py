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
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def of_an_ended_process(place: Path, then: str = "") -> Path:
    code = f"import tempfile; tempfile.tempdir = {str(place)!r}; {MAKE} print(f); {then}"
    return Path(subprocess.check_output([sys.executable, "-c", code], text=True).strip())


def test_folders_of_ended_processes_go_and_those_of_running_ones_stay(place: Path) -> None:
    mine = make_scratch_folder()
    left = of_an_ended_process(place)
    (left / "scratch").mkdir()
    kept = of_an_ended_process(place, "s.keep_for_people(f)")
    assert make_scratch_folder() != mine
    assert mine.is_dir()
    assert kept.is_dir()
    assert not left.exists()
    keep_for_people(kept)


def test_a_folder_goes_when_it_is_no_longer_needed(place: Path) -> None:
    with pytest.raises(KeyError), scratch_folder() as folder:
        (folder / "batch").write_text("spilled")
        raise KeyError
    assert list(place.iterdir()) == []


def test_what_is_not_ours_stays(place: Path) -> None:
    left = of_an_ended_process(place)
    owner = (left / "process.json").read_text()
    elsewhere = place / "elsewhere"
    left.rename(elsewhere)
    (place / "exhubert-link").symlink_to(elsewhere)
    for number, content in enumerate(
        ["", "[]", "{}", json.dumps(json.loads(owner) | {"machine": "another"})]
    ):
        folder = place / f"exhubert-{number}"
        folder.mkdir()
        (folder / "process.json").write_text(content)
    (place / "exhubert-file").write_text("a file")
    before = sorted(place.rglob("*"))
    remove_left_behind(place)
    assert sorted(place.rglob("*")) == before
