"""Paths to the rows of a nested table: ``{show}.*.Dialog.{utterance}``."""

import re
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator

_LONGEST = 16
"""Most steps of a path; the longest of a known corpus has 5."""

_COLUMN = re.compile(r"\{([A-Za-z_]\w*)\}")

Kind = Literal["name", "each", "any"]


class Step(NamedTuple):
    """One step down: to a key, to each of what is there, or to any depth.

    Attributes:
        name: Key to go to; for ``each`` the column in which keys are kept, if any.
    """

    kind: Kind
    name: str = ""


def parse_row_path(path: str) -> tuple[Step, ...]:
    """Steps of a path.

    >>> parse_row_path("{show}.Dialog")
    (Step(kind='each', name='show'), Step(kind='name', name='Dialog'))

    Raises:
        ValueError: It is not a valid path.
    """
    steps = tuple(map(_step, path.split(".")))
    if len(steps) > _LONGEST:
        raise ValueError(f"{len(steps)} steps, expected {_LONGEST} or fewer")
    for step, after in zip(steps, (*steps[1:], None), strict=True):
        if step.kind == "any" and (after is None or after.kind != "name"):
            raise ValueError("expected a key after `**`, as in '**.Utterance'")
    columns = [step.name for step in steps if step.kind == "each" and step.name]
    if twice := {column for column in columns if columns.count(column) > 1}:
        raise ValueError(f"the column {min(twice)!r} stands twice; give each a name of its own")
    return steps


def _step(text: str) -> Step:
    if text == "*":
        return Step("each")
    if text == "**":
        return Step("any")
    if column := _COLUMN.fullmatch(text):
        return Step("each", column[1])
    if not text.strip() or set(text) & set("{}*"):
        raise ValueError(
            f"the step {text!r}: expected a key, `{{name}}` for each key, kept as the column name, "
            "`*` for each without keeping the key, or `**` for any depth, with dots between, as in "
            "'{show}.*.Dialog.{utterance}'"
        )
    return Step("name", text)


def _check(path: str) -> str:
    parse_row_path(path)
    return path


RowPath = Annotated[str, AfterValidator(_check)]
