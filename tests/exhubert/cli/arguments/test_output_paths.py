import os
from pathlib import Path

import pytest

from exhubert.cli.arguments.output_paths import check_file, check_folder
from pipeline.common.errors import UsageError


def test_a_file_to_be_needs_neither_itself_nor_its_folder(tmp_path: Path) -> None:
    check_file("--output", tmp_path / "new" / "deep" / "scores.json", [".json"])
    assert not list(tmp_path.iterdir())


def test_another_suffix_is_refused_with_those_that_are_taken(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--export .*a\.xls: expected a name that ends in \.csv"):
        check_file("--export", tmp_path / "a.xls", [".csv"])
    with pytest.raises(UsageError, match=r"ends in \.a, \.b or \.c"):
        check_file("--export", tmp_path / "a", [".a", ".b", ".c"])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is a folder; expected a file, as in .*name\.json"):
        check_file("--output", tmp_path, [".json"])


def test_a_file_on_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file is a file; expected a folder"):
        check_folder("--output", tmp_path / "file" / "model")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match=f"no right to write to {tmp_path}"):
        check_folder("--output", tmp_path / "model")
