"""Keys of a spec that do not go together are named."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.specs.raters import Raters
from pipeline.specs.spec_checks import (
    check_answers,
    check_codes,
    check_corrections,
    check_emotion,
    check_fields,
    check_parts,
    check_rater_tables,
    check_same_speaker,
    check_table_names,
    named_groups,
)
from pipeline.specs.table_spec import TableSpec

HEARD = TableSpec.model_validate(
    {"file": "heard.csv", "match": {"clip": "{stem}"}, "take": ["rater", "emotion", "arousal"]}
)


def raters(**keys: Any) -> Raters:
    return Raters.model_validate(keys)


@pytest.mark.parametrize(
    ("check", "given", "told"),
    [
        (check_same_speaker, [{"a": "b", "b": "c"}], "`same_speaker`: a is b, which is an alias"),
        (check_table_names, [{"parquet", "t"}, {"parquet"}], "'parquet' is a key of the spec"),
        (check_parts, [{"clip": [r"S\d+"]}], "`parts.clip`: name the fields"),
        (check_codes, [["A", "B"], ["B"], []], "`exclude`: B stands in `emotions` too"),
        (check_codes, [["1-3", "2-4"], [], []], "`emotions`: the codes 1-3 and 2-4 overlap"),
        (check_codes, [["A"], ["B"], ["C"]], "`meanings`: C is no code of `emotions` or `exclude`"),
        (check_fields, [{"age": ["born"]}, ["stem"]], "`age` uses the field 'born', .*: stem"),
        (check_emotion, [True, [], ["arousal"], False], "`emotions` is missing"),
        (check_emotion, [False, [], [], False], "`emotions` is missing"),
        (check_emotion, [False, ["A"], [], False], "nothing gives the field 'emotion'"),
        (check_rater_tables, [raters(rows="t"), {}, {}], "names the table 't', which `tables`"),
        (
            check_rater_tables,
            [raters(rows="heard", by="who"), {"heard": HEARD}, {"heard": HEARD}],
            "no table of `raters.rows` gives 'who'",
        ),
        (
            check_rater_tables,
            [raters(columns={"arousal": ["a1", "a2"]}, ratings="ewe"), {}, {"heard": HEARD}],
            "ewe weighs raters by whole tables, but no single table gives a1, a2",
        ),
        (check_answers, [raters(emotion="majority"), {}, {}, {}], "nothing gives the emotions"),
        (
            check_answers,
            [raters(rows="heard", by="rater"), {"heard": HEARD}, {"angry": "anger"}, {}],
            "`votes`: raters give them already",
        ),
        (
            check_answers,
            [raters(emotion="majority"), {}, {"angry": "anger"}, {"A": "fear"}],
            "`votes`: anger has no code",
        ),
        (check_answers, [raters(ratings="mean"), {}, {}, {}], "nothing gives the ratings"),
        (
            check_corrections,
            [raters(emotion="majority"), {"c1": {"emotion": "A"}}],
            "raters vote for `emotion`; use `leave_out`",
        ),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_named(
    check: Callable[..., None], given: list[Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        check(*given)


def test_what_goes_together_passes() -> None:
    check_same_speaker({"a": "c", "b": "c"})
    check_table_names({"t"}, {"parquet"})
    check_parts({"clip": [r"(?P<session>S\d+)"]})
    check_codes(["A", "1-3"], ["X", "4"], ["A", "X"])
    check_fields({"age": ["born"]}, ["born", "stem"])
    check_emotion(True, ["A"], [], False)
    check_emotion(False, ["A"], [], True)
    check_emotion(False, [], ["arousal"], False)
    heard = raters(rows="heard", by="rater", emotion="majority", ratings="ewe")
    check_rater_tables(heard, {"heard": HEARD}, {"heard": HEARD})
    check_answers(heard, {"heard": HEARD}, {}, {"A": "anger"})
    check_corrections(heard, {"c1": {"text": "1"}})


def test_groups_of_all_patterns_are_named() -> None:
    assert named_groups([r"(?P<a>\d)(?P<b>x)", r"(?P<a>y)", "(z)"]) == {"a", "b"}
