import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.release import (
    TITLE,
    Change,
    check_date,
    check_title,
    check_version,
    raise_version,
)

VERSIONS = st.tuples(*[st.integers(0, 10**6)] * 3).map(lambda parts: ".".join(map(str, parts)))


@given(VERSIONS, st.sampled_from(["major", "minor", "patch"]))
def test_a_raised_version_is_the_next_one_of_its_part(version: str, change: Change) -> None:
    part = ["major", "minor", "patch"].index(change)
    before = [int(number) for number in version.split(".")]
    after = [int(number) for number in check_version(raise_version(version, change)).split(".")]
    assert after > before
    assert after[:part] == before[:part]
    assert after[part] == before[part] + 1
    assert not any(after[part + 1 :])


@given(VERSIONS)
def test_without_a_change_a_version_stays(version: str) -> None:
    assert raise_version(version, None) == version


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "01.2.3", "1.2.3-a", "v1.2.3", "1.2.3\n", "1.²3.4"]
)
def test_what_is_no_version_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a version such as 1\.2\.0, found "):
        check_version(text)


@pytest.mark.parametrize("text", ["", " ", "two\nlines", "x" * 201, "line\n"])
def test_what_is_no_title_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="expected a line of 1 to 200 characters, found "):
        check_title(text)
    assert check_title(TITLE) == TITLE


@pytest.mark.parametrize("text", ["", "20261129", "2026-11", "2026-13-01", "2026-11-29T00:00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a date|month"):
        check_date(text)
    assert check_date("2026-11-29") == "2026-11-29"
