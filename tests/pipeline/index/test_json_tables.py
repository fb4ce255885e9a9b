import pytest

from pipeline.common.errors import DataError
from pipeline.index.table_formats import read_table
from pipeline.specs.table_spec import TableSpec

TABLE = TableSpec.model_validate({"file": "f", "match": {}, "take": {}})


def rows(text: str, kind: str = "json") -> list[dict[str, str]]:
    read = read_table(text.encode(), TABLE, f"f.{kind}", "t").rows
    return [{column: cell for column, cell in row.items() if column != "_stem"} for row in read]


def test_nan_is_unknown() -> None:
    assert rows('[{"name": "a", "said": NaN}]') == [{"name": "a", "said": ""}]


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
        rows(text)


def test_a_key_that_stands_twice_with_one_value_is_fine() -> None:
    assert rows('{"x": 1, "x": 1}\n', "jsonl") == [{"x": "1"}]


def test_numbers_of_any_length_are_text() -> None:
    digits = "1" * 5_000
    assert rows(f'[{{"x": {digits}}}]') == [{"x": digits}]
