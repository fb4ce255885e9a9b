"""Which position of names holds what: guesses that a draft rests on."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.filename_patterns import (
    NamePosition,
    assign_fields,
    common_pattern,
    escape,
    is_emotional,
)


def fields(names: list[str], labelled: bool = False) -> dict[str, list[str]]:
    """Field → its values."""
    found = assign_fields(common_pattern(names), labelled)
    return {p.field: sorted(p.values) for p in found if p.field}


def made(*parts: list[str]) -> list[str]:
    return ["_".join(name) + ".wav" for name in product(*parts)]


def test_positions_are_letters_digits_and_separators_in_turn() -> None:
    positions = common_pattern(["s01_ang.wav", "s02_neu.wav", "README"])
    assert [sorted(p.values) for p in positions] == [
        ["s"], ["01", "02"], ["_"], ["ang", "neu"], ["."], ["wav"]
    ]  # fmt: skip


@given(st.lists(st.from_regex(r"[a-zé]{1,3}\d{1,2}_[A-Z]{1,2}\.wav", fullmatch=True), min_size=1))
def test_pattern_matches_the_names_it_was_made_of(names: list[str]) -> None:
    positions = assign_fields(common_pattern(names), labelled=False)
    regex = re.compile("".join(position.regex for position in positions))
    fitting = {"".join(tokens) for tokens in zip(*(p.column for p in positions), strict=True)}
    assert fitting <= set(names)
    assert all(regex.fullmatch(name) for name in fitting)


def test_words_for_emotions_are_the_label_and_the_rest_follows_in_order() -> None:
    names = made(["anna", "bram"], ["boos", "blij"], ["01", "02", "03"], ["a", "b"])
    assert fields(names) == {
        "speaker": ["anna", "bram"],
        "emotion": ["blij", "boos"],
        "text": ["01", "02", "03"],
        "take": ["a", "b"],
    }


def test_codes_are_the_label_where_they_are_about_as_many_as_classes() -> None:
    names = made([f"{n:02d}" for n in range(30)], list("WLEAFTN"))
    assert fields(names)["emotion"] == sorted("WLEAFTN")
    assert "emotion" not in fields(names, labelled=True)


def test_words_before_a_position_say_what_it_is() -> None:
    names = [f"Session{s}_Actor_{a:02d}_{e}.wav" for s in "12" for a in (1, 2) for e in ("x", "y")]
    found = fields(names)
    assert found["session"] == ["1", "2"]
    assert found["speaker"] == ["01", "02"]


def test_numbers_of_clips_are_no_field_of_the_speech() -> None:
    assert fields([f"clip_{n:03d}.wav" for n in range(20)]) == {
        "number": [f"{n:03d}" for n in range(20)]
    }


def test_position_that_repeats_another_has_no_field() -> None:
    names = [f"{s}/{s}_{e}.wav" for s in ("anna", "bram") for e in ("boos", "blij")]
    assert fields(names) == {"speaker": ["anna", "bram"], "emotion": ["blij", "boos"]}


@pytest.mark.parametrize(
    ("column", "field", "regex"),
    [
        (("a.b", "a.b"), None, r"a\.b"),
        (("01", "22"), "speaker", r"(?P<speaker>\d{2})"),
        (("1", "22"), "take", r"(?P<take>\d+)"),
        (("a", "b"), None, "[a-z]"),
        (("Anna", "bo"), "speaker", "(?P<speaker>[A-Za-z]+)"),
        (("é", "a"), "text", r"(?P<text>[^\W\d_])"),
        (("N", "A"), "emotion", "(?P<emotion>A|N)"),
    ],
)
def test_regex_is_as_narrow_as_the_values(
    column: tuple[str, ...], field: str | None, regex: str
) -> None:
    assert NamePosition(column, field).regex == regex


@given(st.text())
def test_escaped_text_matches_itself_only(text: str) -> None:
    assert re.fullmatch(escape(text), text)


def test_most_values_decide_whether_a_position_is_emotional() -> None:
    assert is_emotional(["angry", "sad", "zzz"])
    assert not is_emotional(["angry", "zzz"])
