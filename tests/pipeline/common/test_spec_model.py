import pytest
from pydantic import ValidationError

from pipeline.common.spec_model import ByValue, Regex, SpecModel


class Names(ByValue):
    of: str
    values: dict[Regex, int]


def test_keys_that_are_no_field_become_values() -> None:
    assert Names.model_validate({"of": "part", "a": 1, "b.*": 2}).values == {"a": 1, "b.*": 2}


def test_a_key_must_be_a_regular_expression_where_one_is_wanted() -> None:
    with pytest.raises(ValidationError, match=r"not a regular expression: .* in '\(a'"):
        Names.model_validate({"of": "part", "(a": 1})


def test_unknown_keys_and_changes_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        SpecModel.model_validate({"a": 1})
    with pytest.raises(ValidationError, match="frozen"):
        Names(of="part", values={}).of = "other"


@pytest.mark.parametrize("pattern", ["a" * 10_001, "(" * 3_000, "a{99999999999999999999}"])
def test_regular_expressions_without_bounds_are_refused(pattern: str) -> None:
    class Named(SpecModel):
        path: Regex

    with pytest.raises(ValidationError, match="regular expression"):
        Named(path=pattern)
