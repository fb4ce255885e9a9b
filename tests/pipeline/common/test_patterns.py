import contextlib
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common import patterns
from pipeline.common.errors import DataError
from pipeline.common.patterns import compile_pattern, row_filter


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+$", r"(x+x+)+y", r"(.*a){30}", r"(?P<x>[a-z]+)*\d", r"^(a?){40}a{40}$", r"^(a|a)*$"],
)
def test_patterns_that_try_without_end_end(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_SECONDS", 0.2)
    started = time.perf_counter()
    with contextlib.suppress(DataError):  # regex knows a way out of most
        compile_pattern(pattern).search("a" * 60 + "!")
    assert time.perf_counter() - started < 5


def test_what_takes_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_SECONDS", 0.2)
    monkeypatch.setattr(patterns, "_TABLE_SECONDS", 0.2)
    slow = compile_pattern("^(a|a)*$")
    message = r"the pattern '.*' takes more than 0\.2 s for 'aaaa.*tries too many ways"
    for look in (slow.search, slow.fullmatch, lambda text: list(slow.finditer(text))):
        with pytest.raises(DataError, match=message):
            look("a" * 60 + "!")


@given(st.text("ab1_/.", max_size=20))
def test_patterns_find_what_re_finds(text: str) -> None:
    for pattern in (r"/(?P<s>[ab]+)_(?P<e>\d)?\.", r"^(?P<s>a|ab)(?P=s)*$", r"(?i)A(?!b)\w+?1"):
        ours, theirs = compile_pattern(pattern).search(text), re.search(pattern, text)
        assert (ours and (ours.span(), ours.groupdict())) == (
            theirs and (theirs.span(), theirs.groupdict())
        )


def test_rows_count_where_all_patterns_are_found() -> None:
    counts = row_filter({"a": "^x", "b": "y"}, ignore_case=True)
    assert [counts({"a": "Xa", "b": "by"}), counts({"a": "x"}), counts({})] == [True, False, False]
    assert not counts({"a": "x", "b": None})
    assert row_filter({})({})
