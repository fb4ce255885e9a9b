import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.globs import glob_matcher

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
