from hypothesis import given
from hypothesis import strategies as st

from training.metrics.bootstrap import FEW_SPEAKERS
from training.metrics.intervals import FEW_NOTE, is_few, show_interval

SHARES = st.floats(0, 1)


@given(SHARES, SHARES, st.integers(1, 1000))
def test_a_mark_stands_exactly_where_few_speakers_stand_behind(
    one: float, other: float, speakers: int
) -> None:
    shown = show_interval(min(one, other), max(one, other), speakers)
    assert shown.endswith("*") == (speakers < FEW_SPEAKERS) == is_few(speakers)


@given(SHARES, st.integers(1, 1000))
def test_a_point_is_never_shown(share: float, speakers: int) -> None:
    assert show_interval(share, share, speakers).rstrip("*") == "–"


def test_ends_are_written_as_asked_for() -> None:
    assert show_interval(-0.042, 0.1, 12, "+z.0f", " to ") == "-4 to +10"
    assert show_interval(-0.003, 0.1, 12, "+z.0f", " to ") == "+0 to +10"
    assert show_interval(0.329, 0.331, 2, ".1f", " – ") == "32.9 – 33.1*"


def test_the_note_says_from_how_many_speakers_on_there_is_no_mark() -> None:
    assert FEW_NOTE.startswith(f"* fewer than {FEW_SPEAKERS} speakers")
