import pytest
from pydantic import ValidationError

from pipeline.specs.table_spec import TableSpec


def table(**keys: object) -> TableSpec:
    return TableSpec.model_validate({"file": "f", "match": {}, "take": {}} | keys)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"rows": "a.*", "format": "csv"}, "only json, jsonl, yaml and xml files have a `rows`"),
        ({"rows": "a.*", "line": "x"}, "only json, .* have a `rows`, found lines"),
        ({"header": 2, "format": "json"}, "only csv, tsv, space and xlsx files have a `header`"),
        ({"separator": ";", "line": "x"}, "only csv and tsv files have a `separator`, found lines"),
        ({"line": "x", "format": "json"}, "only lines files have a `line`, found json"),
        ({"block": "x"}, "say by `line` what its rows are"),
        ({"header": [1, 3]}, "expected a line, 0 for none, or lines that adjoin"),
        ({"header": [0, 1]}, "expected a line, 0 for none"),
        ({"header": -1}, "greater than or equal to 0"),
        ({"cells": {"x": "yaml"}}, "expected json, literal"),
        ({"cells": {"x": ""}}, "expected json, literal"),
        ({"cells": {"x": {"parse": ";", "rows": "{"}}}, "the step"),
    ],
)
def test_keys_that_do_not_fit_are_explained(keys: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        table(**keys)


def test_header_lines() -> None:
    assert table().header_lines == [1]
    assert table(columns=["a"]).header_lines == []
    assert table(columns=["a"], header=2).header_lines == [2]
    assert table(header=["1", "2"]).header_lines == [1, 2]
    assert table(header=0).header_lines == []


def test_columns_with_lists_are_read() -> None:
    assert table(cells={"x": ";"}).wanted == {"x"}
    assert table(cells={"x": "json"}).cells["x"].parse == "json"
