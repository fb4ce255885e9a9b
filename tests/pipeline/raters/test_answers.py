from hypothesis import given
from hypothesis import strategies as st

from pipeline.raters.answers import read_answers
from pipeline.schema.fields import Fields
from pipeline.schema.utterance import RaterAnswer
from pipeline.specs.raters import Raters

ROWS = Raters(rows=["answers"], by="rater", unanswered=["?"])


def row(rater: str | None, emotion: str | None = None, **answers: str | None) -> Fields:
    return {"rater": rater, "emotion": emotion, **answers}


def test_a_row_is_a_rater() -> None:
    rows = [row("b", "sad", arousal="2,5"), row("a", "happy", secondary="excited", arousal="NaN")]
    assert read_answers(ROWS, {}, rows) == (
        RaterAnswer("a", ("happy",), ("excited",)),
        RaterAnswer("b", ("sad",), (), 2.5),
    )


def test_several_rows_of_one_rater_are_one_answer() -> None:
    rows = [
        row("a", "happy", valence="4"),
        row("a", "sad", valence="2"),
        row("a", "sad", valence="2"),
    ]
    assert read_answers(ROWS, {}, rows) == (
        RaterAnswer("a", ("happy", "sad"), (), None, 3.0, None),
    )


def test_rows_without_a_name_are_raters_of_their_own() -> None:
    assert read_answers(Raters(rows=["answers"]), {}, [row(None, "sad")] * 2) == (
        RaterAnswer(None, ("sad",)),
        RaterAnswer(None, ("sad",)),
    )


def test_who_says_nothing_is_no_rater() -> None:
    rows = [row("a"), row("b", "?"), row("c", "", arousal="n/a")]
    assert read_answers(ROWS, {}, rows) == ()
    anything = ROWS.model_copy(update={"unanswered": "oth.*"})
    assert read_answers(anything, {}, [row("a", "other: tired")]) == ()


def test_a_column_is_a_rater() -> None:
    raters = Raters(columns={"emotion": ["e1", "e2", "e3"], "arousal": ["a1", "a2", "a3"]})
    fields = {"e1": "sad", "e2": None, "e3": "sad", "a1": "1", "a2": None, "a3": "x", "e4": "no"}
    assert read_answers(raters, fields, []) == (
        RaterAnswer("1", ("sad",), (), 1.0),
        RaterAnswer("3", ("sad",)),
    )


CODES = st.sampled_from(["sad", "happy", "?", "", None])
RATINGS = st.sampled_from(["1", "2,5", "NaN", "", None, "7.1"])
ANSWER_ROWS = st.lists(
    st.builds(
        row, st.sampled_from(["a", "b", None]), CODES, secondary=CODES, arousal=RATINGS,
        valence=RATINGS,
    )
)  # fmt: skip


@given(rows=ANSWER_ROWS, shuffled=st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(rows: list[Fields], shuffled: object) -> None:
    other = list(rows)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    answers = read_answers(ROWS, {}, rows)
    assert read_answers(ROWS, {}, other) == answers
    assert all(any(answer[1:]) for answer in answers)


@given(rows=ANSWER_ROWS)
def test_a_named_row_that_is_there_twice_changes_nothing(rows: list[Fields]) -> None:
    named = [one for one in rows if one["rater"]]
    assert read_answers(ROWS, {}, named + named) == read_answers(ROWS, {}, named)
