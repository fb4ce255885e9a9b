"""Rows of clips, whatever the file that holds them."""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath

from pipeline.common.errors import DataError
from pipeline.common.patterns import compile_pattern
from pipeline.sources.class_names import Names
from pipeline.sources.listing import SourceFile
from pipeline.specs.row_spec import FILE_STEM, RowSpec

_SHOWN = 5


def check_version(listed: SourceFile, version: str) -> None:
    """Makes sure that a file is the one whose row was listed.

    Raises:
        OSError: It has changed.
    """
    if not listed.version.startswith(f"{version} "):
        raise OSError(f"{listed.path}: the file that holds it has changed since it was listed")


def file_columns(path: str, rows: RowSpec, ignore_case: bool) -> dict[str, str]:
    """Columns that the path of a file gives all of its rows.

    Args:
        path: Path of the file, below the corpus root.
        rows: Rows, as the spec describes them.
        ignore_case: Whether patterns are blind to case.
    """
    found = compile_pattern(rows.path, ignore_case).search(path) if rows.path else None
    return {FILE_STEM: PurePosixPath(path).stem} | (found.groupdict("") if found else {})


def name_cells(
    texts: Sequence[str], names: Names, column: str, location: str, key: str
) -> list[str]:
    """Cells with the name of a class in place of its number.

    Args:
        texts: Numbers, or lists of them in JSON.
        names: Names of the classes.
        column: For messages, as the others.
        location: Path or URL of the file.
        key: Key of the spec that describes the rows.

    Raises:
        DataError: A number has no name.
    """
    try:
        return [_name(text, names) for text in texts]
    except KeyError as error:
        number = error.args[0]
        known = ", ".join(f"{n} {name}" for n, name in list(names.items())[:_SHOWN])
        raise DataError(
            f"{location}: {number} in column {column!r} is no class; known are {known}; if it "
            f'stands for what is unknown, say `names: {{{column}: {{"{number}": null}}}}` below '
            f"`{key}`"
        ) from None


def _name(text: str, names: Names) -> str:
    if (numbers := _read_list(text)) is not None:
        found = [_class_name(str(number), names) for number in numbers]
        return json.dumps([name for name in found if name], ensure_ascii=False)
    return (_class_name(text, names) or "") if text else ""


def _read_list(text: str) -> Sequence[object] | None:
    """A list in JSON; None where the text is none, such as ``[unk]``."""
    try:
        found: list[object] | None = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return found


def _class_name(number: str, names: Names) -> str | None:
    """Name of a class: by its number, be it written as a float, or spelt out by this copy."""
    if (whole := number.removesuffix(".0")) in names:
        return names[whole]
    if number in names.values():
        return number
    raise KeyError(number)
