import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.specs.code_map import CodeMap, find_overlap


def test_a_code_that_is_stated_comes_before_a_range() -> None:
    codes = CodeMap({"1-9": "low", "5": "middle"})
    assert (codes["5"], codes["6"], codes.get("10"), codes.get(None)) == (
        "middle",
        "low",
        None,
        None,
    )
    assert list(codes) == ["1-9", "5"]
    assert codes == {"1-9": "low", "5": "middle"}
    assert pickle.loads(pickle.dumps(codes))["7"] == "low"
    with pytest.raises(KeyError):
        codes["10"]


@pytest.mark.parametrize("code", ["", "-", "1-", "9-1", "a-b", "-5", "1-2-x3", "\u0661-\u0665"])
def test_what_is_no_range_is_a_code(code: str) -> None:
    codes = CodeMap({code: "one"})
    assert codes.ranges == []
    assert codes.get(code) == "one"


@given(
    st.text("ab/_ ", max_size=4),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(0, 600),
    st.integers(0, 3),
    st.text("ab/_ ", max_size=2),
)
def test_a_range_holds_its_numbers_in_their_frame(
    before: str, low: int, size: int, number: int, zeros: int, after: str
) -> None:
    codes = CodeMap({f"{before}{low}-{low + size}{after}": "in"})
    assert (f"{before}{'0' * zeros}{number}{after}" in codes) == (low <= number <= low + size)
    assert f"x{number}{after}" not in codes
    assert "" not in codes
    assert before + after not in codes


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_code_is_looked_up(stated: str, code: str) -> None:
    assert (CodeMap({stated: "x"}).get(code) == "x") == (code in CodeMap({stated: "x"}))


def test_overlaps_are_found_within_one_frame() -> None:
    assert find_overlap(["1-9", "10-20", "x1-9"]) is None
    assert find_overlap(["1-9", "a9-20", "9-20"]) == ("1-9", "9-20")
