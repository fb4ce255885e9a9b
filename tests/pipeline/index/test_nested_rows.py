"""Nested data: where a path leads, whatever is nested in what."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.common.nested_values import flatten
from pipeline.index.nested_rows import describe_way, rows_at, rows_without_path
from pipeline.index.table_formats import read_table
from pipeline.specs.table_spec import TableSpec

SERIES = {
    "anjia": {
        "anjia_1": {
            "SpeakerInfo": {"A": {"Name": "\u623f"}, "B": {"Name": "\u6731"}},
            "Dialog": {
                "anjia_1_1": {"Speaker": "A", "Emo": {"main": "Sad", "all": ["Sad", "Fear"]}},
                "anjia_1_2": {"Speaker": "B", "Emo": {"main": "Happy", "all": ["Happy"]}},
            },
        }
    }
}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.text("abc.", max_size=3), below, max_size=3)
    ),
    max_leaves=20,
)


def test_keys_on_the_way_and_nested_values_are_columns() -> None:
    first, second = rows_at(SERIES, "{show}.{dialog}.Dialog.{turn}", ())
    assert first == {
        **{"show": "anjia", "dialog": "anjia_1", "turn": "anjia_1_1"},
        **{"Speaker": "A", "Emo.main": "Sad", "Emo.all": '["Sad", "Fear"]'},
    }
    assert second["Emo.main"] == "Happy"
    assert rows_at(SERIES, "*.{dialog}.SpeakerInfo.{letter}", ())[1] == {
        **{"dialog": "anjia_1", "letter": "B", "Name": "\u6731"},
    }


def test_lists_are_walked_and_their_places_are_columns() -> None:
    data = {"a.wav": [{"majority": "sad", "annotated": [["sad", "fear"], [None]]}]}
    assert rows_at(data, "{file}.annotated.{rater}", {"majority"}) == [
        {"majority": "sad", "file": "a.wav", "rater": "0", "_value": "sad"},
        {"majority": "sad", "file": "a.wav", "rater": "0", "_value": "fear"},
        {"majority": "sad", "file": "a.wav", "rater": "1", "_value": ""},
    ]
    assert rows_at(data, "{file}", ())[0]["majority"] == "sad"


def test_what_stands_beside_the_way_belongs_to_the_rows_below_but_their_own_comes_first() -> None:
    data = [
        {
            "file": "a.wav",
            "who": {"id": 3},
            "lang": "de",
            "parts": [{"start": 1, "lang": "en"}, {"start": 2}],
        }
    ]
    wanted = {"file", "who.id", "lang"}
    assert rows_at(data, "parts", wanted) == [
        {"file": "a.wav", "who.id": "3", "lang": "en", "start": "1"},
        {"file": "a.wav", "who.id": "3", "lang": "de", "start": "2"},
    ]


def test_any_depth_finds_a_key_everywhere() -> None:
    data = {"day": [{"turns": {"id": 1}}, {"more": {"turns": [{"id": 2}, {"turns": {"id": 3}}]}}]}
    assert {row.get("id") for row in rows_at(data, "**.turns", ())} == {"1", "2", "3", None}


@pytest.mark.parametrize(
    ("path", "way"),
    [
        (
            "{show}.{dialog}.Dialogue.{turn}",
            "below '{show}.{dialog}' there are the keys 'SpeakerInfo', 'Dialog'",
        ),
        ("shows", "at the top there is the key 'anjia'"),
        (
            "{show}.*.Dialog.*.Emo.all.words",
            "below '{show}.*.Dialog.*.Emo.all' there is a list of 2",
        ),
        ("{show}.*.Dialog.*.Speaker.*", "below '{show}.*.Dialog.*.Speaker' there is 'A'"),
    ],
)
def test_a_way_that_ends_early_is_told(path: str, way: str) -> None:
    assert rows_at(SERIES, path, ()) == []
    assert describe_way(SERIES, path) == way


@given(values, st.sampled_from(["*", "{k}", "a", "a.b", "**.a", "{k}.*.a", "*.*.*"]))
def test_any_path_over_any_data_gives_rows_of_text_or_says_where_it_ends(
    data: object, path: str
) -> None:
    rows = rows_at(data, path, {"a", "b", "a.b"})
    assert all(isinstance(cell, str) for row in rows for cell in row.values())
    if not rows:
        assert "there" in describe_way(data, path)


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.text(max_size=4), min_size=1), min_size=1)
)
def test_flat_rows_are_the_same_without_a_path_and_with_each(rows: list[dict[str, str]]) -> None:
    assert rows_without_path(rows) == rows_at(rows, "*", ())


@given(values)
def test_columns_of_any_value_are_text(value: object) -> None:
    assert all(isinstance(cell, str) for cell in flatten(value).values())


def test_lists_are_rows_of_cells_by_their_place() -> None:
    assert rows_without_path([["a.wav", "sad"], ["b.wav"]]) == [
        {"_value": '["a.wav", "sad"]', "#1": "a.wav", "#2": "sad"},
        {"_value": '["b.wav"]', "#1": "b.wav"},
    ]
    assert rows_at({"data": [["a.wav", 3]]}, "data", ())[0]["#2"] == "3"
    assert list(flatten([0] * 2_000)) == ["_value"]


def test_what_lies_very_deep_stays_json() -> None:
    deep: object = {"x": 1}
    for _ in range(30):
        deep = {"a": deep}
    ((column, cell),) = flatten(deep).items()
    assert column.count(".") == 7
    assert json.loads(cell)


def test_a_table_says_where_its_rows_are_not() -> None:
    table = TableSpec.model_validate(
        {"file": "f.json", "rows": "{show}.Dialog", "match": {}, "take": {}}
    )
    assert read_table(b'{"a": {"b": 1}}', table, "f.json", "t").empty == (
        "'{show}.Dialog' ends early: below '{show}' there is the key 'b'"
    )
    with pytest.raises(
        DataError, match="is read as csv, and only json, jsonl, yaml, xml have `rows`"
    ):
        read_table(b"a,b", table, "f.csv", "t")
    assert (
        len(
            read_table(
                b'{"a": 1}\n{"a": 2}',
                TableSpec.model_validate({"file": "f", "match": {}, "take": {}}),
                "f.ndjson",
                "t",
            ).rows
        )
        == 2
    )


def test_an_object_that_is_wanted_is_a_column_of_json() -> None:
    rows = rows_without_path([{"id": "a", "turns": {"t1": {"emo": "sad"}}}], {"turns"})
    assert rows == [{"id": "a", "turns": '{"t1": {"emo": "sad"}}', "turns.t1.emo": "sad"}]
