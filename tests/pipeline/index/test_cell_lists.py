"""Cells that hold lists, in JSON, as Python literals and with separators."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.common.errors import DataError
from pipeline.index import cell_lists
from pipeline.index.cell_lists import spread_cells
from pipeline.specs.table_spec import TableSpec

texts = st.text("ab'\" ,;[]{}", max_size=6).filter(lambda text: text not in {"None", "null"})


def spread(row: dict[str, str], **cells: object) -> list[dict[str, str]]:
    stated = {"file": "f", "match": {}, "take": {}, "cells": cells}
    return spread_cells([row], TableSpec.model_validate(stated).cells, "t")


@given(st.lists(texts, min_size=1, max_size=5))
def test_lists_give_one_row_an_element(elements: list[str]) -> None:
    wanted = [{"id": "1", "x": element} for element in elements]
    assert spread({"id": "1", "x": json.dumps(elements)}, x="json") == wanted
    assert spread({"id": "1", "x": repr(elements)}, x="literal") == wanted
    assert spread({"id": "1", "x": repr(tuple(elements))}, x="literal") == wanted


@pytest.mark.parametrize(
    ("cell", "form", "elements"),
    [
        ("happy; surprise;", ";", ["happy", "surprise"]),
        ("happy", ";", ["happy"]),
        ("", ";", [""]),
        ("[]", "json", [""]),
        ("plain text", "json", ["plain text"]),
        ("[1, 2.50, null, NaN, true]", "json", ["1", "2.50", "", "", "True"]),
        ("None", "literal", [""]),
        ("[None, 1.5]", "literal", ["", "1.5"]),
        ("{'b', 'a'}", "literal", ["a", "b"]),
        ("[('a', 1), ('b', 2)]", "literal", ['["a", 1]', '["b", 2]']),
        ("[\"it's 'fine' 'here'\"]", "literal", ["it's 'fine' 'here'"]),
    ],
)
def test_what_cells_hold(cell: str, form: str, elements: list[str]) -> None:
    assert [row["x"] for row in spread({"x": cell}, x=form)] == elements


def test_objects_give_columns_with_dots() -> None:
    assert spread({"x": "[{'rater': 'W1', 'emo': 'sad'}]"}, x="literal") == [
        {"x": "[{'rater': 'W1', 'emo': 'sad'}]", "x.rater": "W1", "x.emo": "sad"}
    ]


def test_elements_that_lie_deeper_are_found_by_a_path() -> None:
    form = {"parse": "literal", "rows": "*.{rater}.{emotion}"}
    assert spread({"id": "1", "x": "[{'W1': {'sad': 2}}, {'W2': {'fear': 0}}]"}, x=form) == [
        {"id": "1", "x": "2", "rater": "W1", "emotion": "sad"},
        {"id": "1", "x": "0", "rater": "W2", "emotion": "fear"},
    ]


def test_elements_may_hold_lists_and_objects_give_a_row_a_key() -> None:
    turns = json.dumps({"t1": {"emo": ["sad", "joy"]}, "t2": {"emo": []}})
    rows = spread({"turns": turns}, turns={"parse": "json", "rows": "{turn}"}, emo="json")
    assert [(row["turn"], row["emo"]) for row in rows] == [("t1", "sad"), ("t1", "joy"), ("t2", "")]
    inner = spread({"x": '[{"emo": ["sad", "joy"]}]'}, **{"x": "json", "x.emo": "json"})
    assert [row["x.emo"] for row in inner] == ["sad", "joy"]


def test_lists_of_several_columns_go_in_step() -> None:
    row = {"who": "['W1', 'W2']", "emo": "sad;fear", "of": "set"}
    assert spread(row, who="literal", emo=";", of=";") == [
        {"who": "W1", "emo": "sad", "of": "set"},
        {"who": "W2", "emo": "fear", "of": "set"},
    ]
    with pytest.raises(
        DataError, match="t: row 1: its lists differ in length: 'who' holds 2, 'emo' holds 3"
    ):
        spread(row | {"emo": "a;b;c"}, who="literal", emo=";")
    with pytest.raises(DataError, match="'who' holds 1, 'emo' holds 2"):
        spread(row | {"who": "['W1']"}, who="literal", emo=";")


@pytest.mark.parametrize(
    ("cell", "form", "message"),
    [
        ("['a' 'b']", "literal", "without a comma between them, as NumPy prints"),
        ("['a',", "literal", "t: row 1: column 'x': expected literal, found"),
        ("['a',", "json", "expected json, found"),
        ("[" * 100_000, "literal", "expected literal"),
        ("[" * 100_000, "json", "expected json"),
        ("(" + "-" * 50_000 + "1)", "literal", "expected literal"),
        ("[__import__('os').getcwd()]", "literal", "expected literal"),
        ("[{[]: 1}]", "literal", "expected literal"),
        ("[" + "1," * 600_000 + "]", "json", "characters, more than are read of a cell"),
    ],
)
def test_hostile_cells_are_errors_of_the_row(cell: str, form: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        spread({"x": cell}, x=form)


@given(
    st.text("[]{}()'\":,0123456789eE.-jNone \\", max_size=30), st.sampled_from(["json", "literal"])
)
def test_any_cell_is_read_or_refused(cell: str, form: str) -> None:
    try:
        rows = spread({"x": cell}, x=form)
    except DataError:
        return
    assert rows
    assert all(isinstance(value, str) for row in rows for value in row.values())


def test_lists_do_not_multiply_wide_rows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_lists, "_MOST_CELLS", 100)
    with pytest.raises(DataError, match="more cells than any table has"):
        spread({str(i): "" for i in range(20)} | {"x": "a;b;c;d;e;f"}, x=";")
