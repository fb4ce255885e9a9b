import sys
from pathlib import Path

import pytest

from exhubert import current_folder

HOME = Path(current_folder.__file__).parents[1]


@pytest.mark.parametrize(
    ("first", "stays"),
    [(".", False), ("", False), ("/no/such/folder", True)],
)
def test_the_current_folder_is_taken_out_of_the_path(
    first: str, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [first, "/other"])
    current_folder.drop_current_folder()
    assert sys.path == ([first, "/other"] if stays else ["/other"])


def test_a_checkout_that_is_imported_from_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOME)
    monkeypatch.setattr(sys, "path", [str(HOME), "/other"])
    current_folder.drop_current_folder()
    assert sys.path == [str(HOME), "/other"]
