"""Reads table files of any format, encoding and separator into rows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from pipeline.common.errors import DataError
from pipeline.common.patterns import compile_pattern
from pipeline.index.json_tables import parse_json
from pipeline.index.separated_values import Sheet, parse_separated
from pipeline.index.table_text import decode_text
from pipeline.index.workbooks import parse_workbook
from pipeline.sources.file_kinds import describe_content, is_workbook
from pipeline.specs.spec_types import TableSpec

STEM = "_stem"
"""Column that every row has: the stem of the file it was read from."""


class TableContent(NamedTuple):
    """What a table file holds.

    Attributes:
        rows: Each a mapping from column to text.
        encoding: The one that it was read in; None for a workbook.
        repeated: Columns whose name stands twice → where they stand, from 1.
    """

    rows: list[dict[str, str]]
    encoding: str | None = None
    repeated: Mapping[str, Sequence[int]] = {}


def read_table(
    content: bytes, table: TableSpec, path: str, where: str, ignore_case: bool = False
) -> TableContent:
    """Reads a table file.

    Args:
        content: Of the file.
        table: How the spec wants it read.
        path: Of the file, below the corpus root.
        where: What errors call the file.
        ignore_case: Whether patterns are blind to case.

    Raises:
        DataError: It can't be decoded or parsed, or a wanted column stands twice.
    """
    name = PurePosixPath(path)
    kind = table.format or ("lines" if table.line else name.suffix.lower().lstrip("."))
    read = _read_sheets(content, where) if is_workbook(content) or kind == "xlsx" else None
    if read is None:
        if what := describe_content(content):
            raise DataError(f"{where}: is no table but {what}")
        read = _read_text(content, kind, table, where, ignore_case)
    for column in sorted(read.repeated.keys() & table.wanted):
        places = " and ".join(map(str, read.repeated[column]))
        raise DataError(
            f"{where}: columns {places} are both called {column!r}; rename or delete one, or name "
            "all columns by `columns`"
        )
    found = compile_pattern(table.path, ignore_case).search(path) if table.path else None
    of_file = {STEM: name.stem} | (found.groupdict("") if found else {})
    return read._replace(rows=[record | of_file for record in read.rows])


def _read_text(
    content: bytes, kind: str, table: TableSpec, where: str, ignore_case: bool
) -> TableContent:
    text, encoding = decode_text(content, table.encoding, where)
    if kind == "lines" and table.line:
        lines = compile_pattern(table.line, ignore_case, lines=True).finditer(text)
        return TableContent([found.groupdict("") for found in lines], encoding)
    if kind in {"json", "jsonl"}:
        return TableContent(parse_json(text, kind == "jsonl", where), encoding)
    sheet = parse_separated(text, kind, table, where)
    return TableContent(sheet.records(), encoding, _repeated([sheet]))


def _read_sheets(content: bytes, where: str) -> TableContent:
    """Rows of every sheet of a workbook, with its title as the column ``_sheet``."""
    sheets = parse_workbook(content, where)
    rows = [row | {"_sheet": title} for title, sheet in sheets for row in sheet.records()]
    return TableContent(rows, None, _repeated(sheet for _, sheet in sheets))


def _repeated(sheets: Iterable[Sheet]) -> dict[str, Sequence[int]]:
    repeated: dict[str, Sequence[int]] = {}
    for sheet in sheets:
        places: dict[str, list[int]] = {}
        for place, column in enumerate(sheet.columns, 1):
            places.setdefault(column, []).append(place)
        repeated |= {column: found for column, found in places.items() if len(found) > 1}
    return repeated
