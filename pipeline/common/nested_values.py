"""Nested data, as JSON has it, as columns of text."""

import json
from collections.abc import Mapping
from typing import Any

from pipeline.common.spelling import compose

VALUE = "_value"
"""Column of a row that is no object but a single value."""

_DEEPEST = 8
"""Levels of objects that become columns with dots; what lies deeper stays JSON."""


def flatten(value: Any, name: str = "") -> dict[str, str]:
    """Columns of a value: an object's keys, with dots where they are nested.

    Args:
        value: An object, or anything else, which is one column.
        name: What the columns of an object begin with; of anything else, the column.

    >>> flatten({"id": 3, "emo": {"main": "sad", "all": ["sad", "tired"]}})
    {'id': '3', 'emo.main': 'sad', 'emo.all': '["sad", "tired"]'}
    """
    if not isinstance(value, Mapping):
        return {name or VALUE: as_text(value)}
    columns: dict[str, str] = {}
    below = [(f"{name}." if name else "", value, 1)]
    while below:
        start, found, level = below.pop()
        for key, one in found.items():
            column = start + as_text(key)
            if isinstance(one, Mapping) and level < _DEEPEST:
                below.append((f"{column}.", one, level + 1))
            else:
                columns.setdefault(column, as_text(one))
    return columns


def as_text(value: object) -> str:
    """A value as text: lists as JSON, half of a surrogate pair, which UTF-8 has not, as ``?``."""
    if value is None:
        return ""
    text = _as_json(value) if isinstance(value, list | Mapping) else str(value)
    return compose(text.encode("utf-8", "replace").decode())


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return "…"  # no table is nested so deeply that a cell of it can't be written
