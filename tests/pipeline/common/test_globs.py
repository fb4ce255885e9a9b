import re
import time
from fnmatch import fnmatchcase

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


def plain_regex(glob: str) -> str:
    """The glob as a regular expression that tries everything."""
    wild = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\[.\]|\{[^{}]*\}|.", glob)
    return "".join(
        f"(?:{'|'.join(map(plain_regex, part[1:-1].split(',')))})"
        if part[0] == "{" and len(part) > 1
        else wild.get(part) or (part if part[0] == "[" and len(part) > 1 else re.escape(part))
        for part in parts
    )


names = st.lists(st.sampled_from(["*", "?", "a", "b", "[a]", "{a,b*}", "{a/b,a}"]), min_size=1)


@given(st.lists(st.one_of(st.just(["**"]), names), min_size=1, max_size=4), st.text("ab/"))
def test_globs_match_what_a_search_of_all_ways_matches(glob: list[list[str]], path: str) -> None:
    path = re.sub("/+", "/", path).strip("/")
    text = "/".join(re.sub(r"\*+", "*", "".join(n)) if n != ["**"] else "**" for n in glob)
    if len(text) > 30 or text.count("*") > 6:
        return
    hit = glob_matcher([text])(path)
    expected = re.fullmatch(rf"(?:[^/]+/)*?({plain_regex(text)})", path)
    assert (hit and hit[1]) == (expected and expected[1])


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*a" * 60 + "b", "a" * 250),
        ("**/" * 60 + "*.wav", "a/" * 1_000 + "b"),
        ("**/a/" * 30 + "*.wav", "a/" * 1_000 + "b"),
        ("{a,b}" * 9 + "*.wav", "ab" * 100),
        ("**a**", "b" * 4_000),
    ],
)
def test_no_glob_takes_long(glob: str, path: str) -> None:
    started = time.perf_counter()
    assert glob_matcher([glob])(path) is None
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("glob", ["{a,b}" * 20, "a" * 1_001, "**a*b**c*"])
def test_globs_without_bounds_are_refused(glob: str) -> None:
    with pytest.raises(ValueError, match=r"alternatives|characters|stars"):
        glob_matcher([glob])


def test_braces_inside_braces_are_refused() -> None:
    with pytest.raises(ValueError, match=r"braces inside braces in '\{train,\{dev,test\}\}/\*'"):
        glob_matcher(["{train,{dev,test}}/*"])
    assert glob_matcher(["a{b}{c,d}[{]}{}x{"])("abd{}{}x{")  # what belongs to no pair is a sign


def test_classes_fit_no_separator() -> None:
    assert glob_matcher(["a[!x]b"])("a/b") is None
    assert glob_matcher(["a[.-0]b"])("a/b") is None


@pytest.mark.parametrize(
    ("glob", "path"), [("[!-_]*.wav", "3a.wav"), ("[!]a]b", "xb"), ("[]a]b", "]b"), ("[^x]b", "ab")]
)
def test_classes_may_begin_with_any_sign(glob: str, path: str) -> None:
    assert glob_matcher([glob])(path) == (0, path)


signs = st.text("a3-_!]&~|\\.x", max_size=5)
pieces = st.one_of(
    st.sampled_from(["*", "?", "a", "3", "-", "[", "]", "!", "[!]", "[]"]),
    signs.map("[{}]".format),
    signs.map("[!{}]".format),
)


@given(st.lists(pieces, max_size=5), st.text("a3-_!]&~|\\.x[", min_size=1, max_size=5))
def test_one_name_is_matched_as_by_fnmatch(glob: list[str], name: str) -> None:
    text = re.sub(r"\*+", "*", "".join(glob))
    try:
        matched = glob_matcher([text])(name)
    except re.error:  # a range that is none, which fnmatch leaves out
        return
    assert (matched is not None) == fnmatchcase(name, text), text
