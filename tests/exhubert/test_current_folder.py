"""What ``python -m exhubert`` does about the folder in which it is started."""

import sys
from pathlib import Path

import pytest

from exhubert.current_folder import drop_current_folder

HOME = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["", "."])
def test_current_folder_is_dropped(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [name, "/elsewhere"])
    drop_current_folder()
    assert sys.path == ["/elsewhere"]


def test_checkout_that_is_not_installed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOME)
    monkeypatch.setattr(sys, "path", ["", "/elsewhere"])
    drop_current_folder()
    assert sys.path == ["", "/elsewhere"]
