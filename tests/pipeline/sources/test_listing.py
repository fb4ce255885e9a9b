import os
from pathlib import Path

import pytest

from pipeline.common.errors import DataError
from pipeline.sources.listing import list_files


def test_files_are_listed_sorted_without_what_archivers_leave(tmp_path: Path) -> None:
    for name in ("b/2.wav", "a/1.wav", "__MACOSX/a/._1.wav", "a/._1.wav", ".git/x", ".DS_Store"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [file.path for file in list_files(str(tmp_path))] == ["a/1.wav", "b/2.wav"]


def test_names_that_are_no_text_are_listed_as_such(tmp_path: Path) -> None:
    folder = bytes(tmp_path) + b"/d\xfcster"
    os.mkdir(folder)  # noqa: PTH102 (no Path takes bytes)
    with open(folder + b"/w\xfctend.wav", "wb") as file:  # noqa: PTH123
        file.write(b"x")
    (listed,) = list_files(str(tmp_path))
    assert listed.path == r"d\udcfcster/w\udcfctend.wav"
    assert listed.problem == "its name is not UTF-8 text"


def test_links_that_lead_back_are_not_followed_again(tmp_path: Path) -> None:
    for name in ("a/1.wav", "b/2.wav"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "all").symlink_to(".")
    (tmp_path / "a" / "other").symlink_to("../b")
    (tmp_path / "b" / "other").symlink_to("../a")
    (tmp_path / "itself").symlink_to("itself")
    paths = [file.path for file in list_files(str(tmp_path))]
    assert paths == ["a/1.wav", "a/other/2.wav", "b/2.wav", "b/other/1.wav", "itself"]


def test_folder_that_can_not_be_listed_is_named(tmp_path: Path) -> None:
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # together longer than the system takes for a path
        os.mkdir("deep" * 60, dir_fd=place)
        below = os.open("deep" * 60, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(place)
    with pytest.raises(DataError, match=r"deepdeep: can't be listed: File name too long"):
        list_files(str(tmp_path))


def test_missing_root_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere: no such folder"):
        list_files(str(tmp_path / "nowhere"))


def test_pipes_and_files_of_any_size_are_listed_with_what_is_wrong(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    with (tmp_path / "b.wav").open("wb") as file:
        file.truncate((1 << 32) + 1)
    (tmp_path / "c.wav").write_bytes(b"x")
    problems = [file.problem for file in list_files(str(tmp_path))]
    assert problems == [
        "no file, but a pipe, a socket or a device",
        "4,294,967,297 bytes, more than the 4,294,967,296 that are read",
        None,
    ]


def test_folders_of_any_depth_are_listed(tmp_path: Path) -> None:
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("d", dir_fd=place)
        below = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(os.open("a.wav", os.O_CREAT, dir_fd=place))
    os.close(place)
    (tmp_path / "b.wav").touch()
    try:
        paths = [file.path for file in list_files(str(tmp_path))]
        assert paths == ["b.wav", "d/" * 1_500 + "a.wav"]
    finally:  # from below: pytest would go down by recursion
        (tmp_path / ("d/" * 1_500 + "a.wav")).unlink()
        os.removedirs(tmp_path / ("d/" * 1_500))
