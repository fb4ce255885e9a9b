import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index.table_formats import read_table
from pipeline.index.yaml_tables import parse_yaml_table
from pipeline.specs.table_spec import TableSpec

texts = st.text("ab:#- 01~\u00e9", max_size=5)
values = st.recursive(
    st.none() | texts,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3),
    max_leaves=15,
)


@given(values)
def test_what_yaml_writes_is_read(value: object) -> None:
    assert parse_yaml_table(yaml.safe_dump(value, allow_unicode=True), "t") == value


@pytest.mark.parametrize("text", ["- {file: 01, emo: no}", "- file: 01\n  emo: no\n"])
def test_scalars_are_as_written(text: str) -> None:
    table = TableSpec.model_validate({"file": "f", "match": {}, "take": ["emo"]})
    (row,) = read_table(text.encode(), table, "f.yml", "t").rows
    assert row == {"file": "01", "emo": "no", "_stem": "f"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a: 1\n  a: 2", "t:2: the key 'a' stands twice"),
        ("- &x [1]\n- *x", "t:2: not a table: the alias \\*x"),
        ("- !!python/object/apply:os.getcwd []", "the tag"),
        ("[" * 2_000, "nested too deeply|not YAML"),
        ("- a: [", "not YAML"),
        ("a: 1\n---\nb: 2", "t:2: a second document"),
        ("? [a]\n: b", "expected a key, found a list"),
    ],
)
def test_what_no_table_needs_is_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_yaml_table(text, "t")


def test_nothing_is_nothing() -> None:
    assert parse_yaml_table("", "t") is None
    assert parse_yaml_table("- ~\n- null\n- '~'\n-", "t") == [None, None, "~", None]


@given(st.text("[]{}:,-?&*!|>'\"%@` ab\n", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DataError):
        parse_yaml_table(text, "t")
