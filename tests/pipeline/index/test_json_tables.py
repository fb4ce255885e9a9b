import pytest

from pipeline.common.errors import DataError
from pipeline.index.json_tables import parse_json


def test_nan_is_unknown() -> None:
    assert parse_json('[{"name": "a", "said": NaN}]', False, "t") == [{"name": "a", "said": ""}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"name": "a", "name": "b"}]', "t:1: the key name has two values in one object, 'a' and"),
        ('{"a": {"x": 1}, "a": {"x": 2}}', "the key a has two values"),
        ('[{"x": Infinity}]', "t:1: not JSON: Infinity"),
        ("[{}, 1]", "expected a list of objects"),
    ],
)
def test_what_is_ambiguous_or_no_json_is_named(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_json(text, False, "t")


def test_a_key_that_stands_twice_with_one_value_is_fine() -> None:
    assert parse_json('{"x": 1, "x": 1}\n', True, "t") == [{"x": "1"}]


def test_numbers_of_any_length_are_text() -> None:
    digits = "1" * 5_000
    assert parse_json(f'[{{"x": {digits}}}]', False, "t") == [{"x": digits}]
