"""Tables in JSON: objects and lists, nested or not, or one object a line."""

import json
from collections.abc import Iterable
from typing import Any

from pipeline.common.errors import DataError

_LONGEST_NUMBER = 1_000  # digits; Python refuses to read more than 4,300


def parse_json(text: str, where: str) -> Any:
    """Content of a JSON file.

    Args:
        text: Text of the file.
        where: Name of the file in errors.

    Raises:
        DataError: It is not JSON, or a key stands twice in an object with two values.
    """
    return _load(text, where)


def parse_json_lines(text: str, where: str) -> list[dict[str, Any]]:
    """The objects of a file that holds one a line.

    Raises:
        DataError: As for :func:`parse_json`, or a line is no object.
    """
    items = []
    for number, line in numbered_lines(text):
        items.append(_load(line, where, number))
        if not isinstance(items[-1], dict):
            raise DataError(f"{where}:{number}: expected an object, found {line.strip():.40}")
    return items


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """Non-empty lines of a text, numbered from 1."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


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
