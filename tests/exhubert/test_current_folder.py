import sys
from pathlib import Path

import pytest

from exhubert.current_folder import drop_current_folder

HOME = str(Path(__file__).parents[2])


@pytest.mark.parametrize("spelling", ["", ".", None])
def test_files_of_the_current_folder_are_no_modules(
    spelling: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys, "path", [str(Path.cwd()) if spelling is None else spelling, "/elsewhere"]
    )
    drop_current_folder()
    assert sys.path == ["/elsewhere"]


def test_a_checkout_that_is_not_installed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOME)
    monkeypatch.setattr(sys, "path", [HOME, "/elsewhere"])
    drop_current_folder()
    assert sys.path == [HOME, "/elsewhere"]


def test_another_first_entry_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["/elsewhere"])
    drop_current_folder()
    assert sys.path == ["/elsewhere"]
