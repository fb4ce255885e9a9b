"""Nested data, as JSON has it, as columns of text."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pipeline.common.spelling import compose

VALUE = "_value"
"""Column of a row that is no object but a single value."""

_DEEPEST = 8
"""Levels of objects that become columns with dots; what lies deeper stays JSON."""

_WIDEST = 1_000
"""Elements of a list that is taken for a row of cells."""


def flatten(value: Any, name: str = "", as_json: Collection[str] = ()) -> dict[str, str]:
    """Columns of a value: an object's keys, with dots where they are nested; numbers of a list.

    Args:
        value: An object, a list, whose columns are ``#1``, ``#2`` …, or a single value.
        name: Prefix of the columns of an object; for anything else, the column.
        as_json: Columns that are wanted as JSON where they are objects.

    >>> flatten({"id": 3, "emo": {"main": "sad", "all": ["sad", "tired"]}})
    {'id': '3', 'emo.main': 'sad', 'emo.all': '["sad", "tired"]'}
    """
    if not isinstance(value, Mapping):
        is_row = isinstance(value, list) and not name and len(value) <= _WIDEST
        parts: Sequence[Any] = value if is_row else ()
        cells = {f"#{number}": as_text(part) for number, part in enumerate(parts, 1)}
        return {name or VALUE: as_text(value)} | cells
    columns: dict[str, str] = {}
    below = [(f"{name}." if name else "", value, 1)]
    while below:
        start, found, level = below.pop()
        for key, one in found.items():
            column = start + as_text(key)
            if not isinstance(one, str) and isinstance(one, Mapping) and level < _DEEPEST:
                below.append((f"{column}.", one, level + 1))
                if column in as_json:
                    columns[column] = as_text(one)
            else:
                columns.setdefault(column, as_text(one))
    return columns


def load_texts(text: str) -> Any:
    """A value from JSON, numbers as they are spelt; NaN, by which pandas writes unknown, is None.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=_constant)


def _constant(name: str) -> str | None:
    return None if name == "NaN" else name


def as_text(value: object) -> str:
    """A value as text: lists as JSON, half of a surrogate pair, which UTF-8 has not, as ``?``.

    Bytes are taken for UTF-8.
    """
    if value is None:
        return ""
    if isinstance(value, bytes):
        return compose(value.decode("utf-8", "replace"))
    if not isinstance(value, str):  # asked first: nearly all values are text
        value = _as_json(value) if isinstance(value, list | Mapping) else str(value)
    return value if value.isascii() else compose(value.encode("utf-8", "replace").decode())


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return "…"  # no table is nested so deeply that a cell of it can't be written
