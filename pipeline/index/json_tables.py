"""Tables in JSON: a list of objects, an object of objects, or one object a line."""

import json
from collections.abc import Iterable
from typing import Any

from pipeline.common.errors import DataError
from pipeline.common.spelling import compose

_LONGEST_NUMBER = 1_000  # digits; Python refuses to read more than 4,300


def parse_json(text: str, by_line: bool, where: str) -> list[dict[str, str]]:
    """Rows of a JSON file; keys of an object of objects become the column ``_key``.

    Args:
        text: Of the file.
        by_line: Whether every line is an object of its own.
        where: What errors call the file.

    Raises:
        DataError: It is not JSON, holds no objects, or a key stands twice with two values.
    """
    items: Any
    if by_line:
        items = []
        for number, line in numbered_lines(text):
            items.append(_load(line, where, number))
            if not isinstance(items[-1], dict):
                raise DataError(f"{where}:{number}: expected an object, found {line.strip():.40}")
    else:
        items = _load(text, where)
    if isinstance(items, dict):
        items = [
            {"_key": key} | (value if isinstance(value, dict) else {"_value": value})
            for key, value in items.items()
        ]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DataError(
            f"{where}: expected a list of objects, an object of objects, or (.jsonl) one a line"
        )
    return [{_as_text(key): _as_text(value) for key, value in item.items()} for item in items]


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """Non-empty lines of a text, numbered from 1."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _as_text(value: object) -> str:
    """A value as text; half of a surrogate pair, which JSON allows and UTF-8 not, as ?."""
    return "" if value is None else compose(str(value).encode("utf-8", "replace").decode())


def _load(text: str, where: str, line: int = 1) -> Any:
    """Parses JSON text that begins on a line of a file."""
    try:
        return json.loads(
            text, object_pairs_hook=_unambiguous, parse_constant=_constant, parse_int=_whole_number
        )
    except json.JSONDecodeError as error:
        number = line + error.lineno - 1
        raise DataError(f"{where}:{number}: not JSON: {error.msg}") from None
    except ValueError as error:
        raise DataError(f"{where}:{line}: {error}") from None
    except RecursionError:
        raise DataError(f"{where}:{line}: nested too deeply for a table") from None


def _unambiguous(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object, if no key of it has two values."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if found.setdefault(key, value) != value:
            raise ValueError(
                f"the key {key:.60} has two values in one object, {str(found[key])[:60]!r} and "
                f"{str(value)[:60]!r}; keep one"
            )
    return found


def _constant(name: str) -> None:
    """NaN, by which pandas and others write that nothing is known."""
    if name != "NaN":
        raise ValueError(f"not JSON: {name}, which is no number; write null for what is unknown")


def _whole_number(digits: str) -> int | str:
    return digits if len(digits) > _LONGEST_NUMBER else int(digits)
