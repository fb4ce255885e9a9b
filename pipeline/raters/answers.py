"""Answers of raters, read from the rows and the fields of a clip."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from math import fsum

from pipeline.common.numbers import read_number
from pipeline.schema.fields import Fields
from pipeline.schema.record import DIMENSIONS
from pipeline.schema.utterance import RaterAnswer
from pipeline.specs.raters import AnswerField, Raters


def read_answers(raters: Raters, fields: Fields, rows: Sequence[Fields]) -> tuple[RaterAnswer, ...]:
    """Answer of every rater of a clip, in an order that rows and columns do not decide.

    Args:
        raters: Raters, as the spec describes them.
        fields: Fields of the clip, in which ``raters.columns`` are looked up.
        rows: Rows of the tables that ``raters.rows`` names; one rater may have several.

    Returns:
        One answer a rater; none of those who said nothing.
    """
    named: dict[str, list[Fields]] = {}
    answers = []
    for row in rows:
        if rater := row.get(raters.by) if raters.by else None:
            named.setdefault(rater, []).append(row)
        else:
            answers.append(_join_rows(raters, None, [row]))
    answers += [_join_rows(raters, rater, found) for rater, found in named.items()]
    answers += [
        _join_rows(raters, str(number), [row])
        for number, row in enumerate(_transpose(raters.columns, fields), start=1)
    ]
    return tuple(sorted((answer for answer in answers if any(answer[1:])), key=_order))


def _transpose(columns: Mapping[AnswerField, Sequence[str]], fields: Fields) -> Iterable[Fields]:
    """One row a rater, of one field a rater and answer."""
    for names in zip(*columns.values(), strict=True):
        yield {answer: fields.get(name) for answer, name in zip(columns, names, strict=True)}


def _join_rows(raters: Raters, rater: str | None, rows: Sequence[Fields]) -> RaterAnswer:
    """One answer of all that a rater said: every emotion, and the mean of several ratings."""
    return RaterAnswer(
        rater,
        _codes(raters, (row.get("emotion") for row in rows)),
        _codes(raters, (row.get("secondary") for row in rows)),
        *(_mean(row.get(dimension) for row in rows) for dimension in DIMENSIONS),
    )


def _codes(raters: Raters, codes: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({code for code in codes if code and raters.is_answer(code)}))


def _mean(cells: Iterable[str | None]) -> float | None:
    """Mean of the different ratings that one rater gave; None where there is none."""
    ratings = sorted({rating for cell in cells if (rating := read_number(cell)) is not None})
    return fsum(ratings) / len(ratings) if ratings else None


def _order(answer: RaterAnswer) -> tuple[object, ...]:
    """Sort key of everything in an answer: only equal answers may be swapped."""
    ratings = ((rating is not None, rating or 0.0) for rating in answer[3:])
    return answer.rater or "", answer.emotions, answer.secondary, *chain(*ratings)
