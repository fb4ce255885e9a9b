import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.common.globs import glob_matcher
from pipeline.sources.listing import list_files

folders = st.lists(st.text("ab_ ()[]é", min_size=1, max_size=4), max_size=3)


@given(folders)
def test_leading_folders_do_not_matter(above: list[str]) -> None:
    match = glob_matcher(["wav/*.wav"])
    assert match("/".join([*above, "wav", "a01.wav"])) == (0, "wav/a01.wav")


@pytest.mark.parametrize(
    ("glob", "path", "part"),
    [
        ("*.wav", "deep/down/a.wav", "a.wav"),
        ("wav/*.wav", "wav/wav/a.wav", "wav/a.wav"),
        ("[fm][123]/*.wav", "EMOVO/f1/a.wav", "f1/a.wav"),
        ("[!x]/*.wav", "a/b.wav", "a/b.wav"),
        ("{train,dev}/**/*.mp4", "train/x/y/a.mp4", "train/x/y/a.mp4"),
        ("{train,dev}/**/*.mp4", "train/a.mp4", "train/a.mp4"),
        ("a (b)/*].wav", "a (b)/c].wav", "a (b)/c].wav"),
        ("wav/*.wav", "wav/sub/a.wav", None),
        ("wav/*.wav", "notwav/a.wav", None),
        ("*.wav", "a.WAV", None),
    ],
)
def test_globs_match_from_where_they_begin(glob: str, path: str, part: str | None) -> None:
    hit = glob_matcher([glob])(path)
    assert (hit[1] if hit else None) == part


def test_first_glob_that_matches_ranks_the_file() -> None:
    match = glob_matcher(["wav/*.wav", "mp3/*.mp3"])
    assert match("mp3/a.mp3") == (1, "mp3/a.mp3")


def test_case_can_be_ignored() -> None:
    assert glob_matcher(["WAV/*.wav"], ignore_case=True)("wav/A.WAV") == (0, "wav/A.WAV")


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
