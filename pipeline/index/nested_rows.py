"""Rows of nested data: where a path leads, and nested values as columns with dots."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pipeline.common.nested_values import as_text, flatten
from pipeline.schema.fields import Row
from pipeline.specs.row_path import Step, parse_row_path

KEY = "_key"
"""Column of the keys of an object of objects that is read without a path."""


def rows_at(value: Any, path: str, wanted: Collection[str]) -> list[Row]:
    """Rows that a path leads to.

    A key leads into each element of a list, too. A list at the end is one row an element. What
    stands beside a key on the way belongs to the rows below it, unless they have it themselves;
    keys that the path keeps come before both.

    Args:
        value: Objects, lists and single values, as JSON has them.
        path: Path, as :func:`pipeline.specs.row_path.parse_row_path` reads it.
        wanted: Columns taken over from what stands on the way, and objects that are one.

    >>> rows_at({"a.wav": {"W1": {"emo": "sad"}}}, "{file}.{worker}", ())
    [{'emo': 'sad', 'file': 'a.wav', 'worker': 'W1'}]
    """
    return [
        {**beside, **flatten(item, as_json=wanted), **keys}
        for item, keys, beside in _walk(value, parse_row_path(path), {}, {}, frozenset(wanted))
    ]


def rows_without_path(value: Any, wanted: Collection[str] = ()) -> list[Row] | None:
    """Rows of a list of objects or lists, or of an object of them, whose keys become ``_key``.

    Args:
        value: Value, as JSON has it.
        wanted: Columns that are read, be they objects.

    Returns:
        None where it is neither.
    """
    if isinstance(value, Mapping):
        return [
            {KEY: as_text(key)} | flatten(below, as_json=wanted) for key, below in value.items()
        ]
    if isinstance(value, list) and all(isinstance(item, Mapping | list) for item in value):
        return [flatten(item, as_json=wanted) for item in value]
    return None


def describe_way(value: Any, path: str) -> str:
    """For a message: how far a path leads that finds no row.

    >>> describe_way({"shows": {"a": 1}}, "shows.{show}.Dialog")
    "below 'shows.{show}' there is '1'"
    """
    went: list[str] = []
    for step, stated in zip(parse_row_path(path), path.split("."), strict=True):
        first = next(_below(value, step), None)
        if first is None:
            break
        value = first[0]
        went.append(stated)
    where = f"below {'.'.join(went)!r}" if went else "at the top"
    if isinstance(value, Mapping) and value:
        keys = ", ".join(repr(as_text(key)[:40]) for key in list(value)[:5])
        return f"{where} there {'are the keys' if len(value) > 1 else 'is the key'} {keys}"
    what = f"a list of {len(value)}" if isinstance(value, list) else repr(as_text(value)[:40])
    return f"{where} there is {what}"


def _walk(
    value: Any,
    steps: Sequence[Step],
    keys: Mapping[str, str],
    beside: Mapping[str, str],
    wanted: frozenset[str],
) -> Iterator[tuple[Any, Mapping[str, str], Mapping[str, str]]]:
    """What the steps lead to, with the keys kept and the single values met on the way."""
    if not steps:
        for item in value if isinstance(value, list) else [value]:
            yield item, keys, beside
        return
    step, rest = steps[0], steps[1:]
    for below, key, holder in _below(value, step):
        kept = {**keys, step.name: key} if step.kind == "each" and step.name else keys
        met = {**beside, **_beside(holder, wanted)} if step.kind == "name" else beside
        yield from _walk(below, rest, kept, met, wanted)


def _below(value: Any, step: Step) -> Iterator[tuple[Any, str, Mapping[str, Any]]]:
    """What one step leads to, by which key, and the object that holds it."""
    if step.kind == "any":
        yield from ((one, "", {}) for one in _objects_in(value))
    elif step.kind == "name":
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping) and one.get(step.name) is not None:
                yield one[step.name], step.name, one
    elif isinstance(value, list):
        yield from ((one, str(index), {}) for index, one in enumerate(value))
    elif isinstance(value, Mapping):
        yield from ((one, as_text(key), value) for key, one in value.items())


def _beside(found: Mapping[str, Any], wanted: frozenset[str]) -> dict[str, str]:
    """Wanted columns that an object on the way gives to the rows below it."""
    columns = {}
    for column in wanted:
        value: Any = found
        for key in [column] if column in found else column.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None and not isinstance(value, list | Mapping):
            columns[column] = as_text(value)
    return columns


def _objects_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a value, itself among them, from the outside and in order."""
    below = [value]
    while below:
        one = below.pop()
        if isinstance(one, Mapping):
            yield one
        if isinstance(one, Mapping | list):
            below += reversed(list(one.values()) if isinstance(one, Mapping) else one)
