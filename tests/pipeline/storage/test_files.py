"""Whole files, on disk and in a store, that appear complete or not at all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.storage import files


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file.json"
    with files.atomic_path(target) as temporary:
        temporary.write_bytes(b"half")
        assert not target.exists()
        assert temporary.parent == target.parent
    assert target.read_bytes() == b"half"
    assert list(target.parent.iterdir()) == [target]


def test_after_an_error_the_file_is_what_it_was(tmp_path: Path) -> None:
    target = tmp_path / "file.json"
    files.write_atomic(target, "before")

    def fail() -> None:
        with files.atomic_path(target) as temporary:
            temporary.write_bytes(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_runs_that_write_the_same_file_do_not_meet(tmp_path: Path) -> None:
    contents = [str(number) * 100_000 for number in range(8)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda content: files.write_atomic(tmp_path / "file", content), contents))
    assert (tmp_path / "file").read_text() in contents
    assert len(list(tmp_path.iterdir())) == 1


def test_what_killed_runs_leave_is_deleted(tmp_path: Path) -> None:
    left = tmp_path / "data" / f".a.parquet.{'0' * 32}"
    files.write_atomic(left, b"half")
    files.write_atomic(tmp_path / "data" / "a.parquet", b"whole")
    files.delete_leftovers(str(tmp_path))
    assert files.list_names(str(tmp_path)) == ["data/a.parquet"]


@pytest.mark.parametrize("form", ["{}", "fsspec+file://{}"])
def test_folders_and_urls_alike(tmp_path: Path, form: str) -> None:
    root = form.format(tmp_path)
    path = files.join(root, "a", "b.txt")
    assert files.read(path) is None
    assert files.file_size(path) is None
    files.write_atomic(path, "text ü")
    assert files.read(path) == "text ü".encode()
    assert files.file_size(path) == 7
    assert files.list_names(root) == ["a/b.txt"]
    with files.open_file(path) as stream:
        stream.seek(2)
        assert stream.read(2) == b"xt"
    files.delete(path)
    files.delete(path)
    with pytest.raises(FileNotFoundError):
        files.open_file(path)
