"""Sheets: rows of cells, below a header or without one, of whatever file they were read from."""

import re
from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import NamedTuple

from pipeline.common.errors import DataError
from pipeline.specs.table_spec import TableSpec

NumberedRow = tuple[int, list[str]]
"""Cells, and the line that they end on."""

_ADDRESS = re.compile(r"(?P<name>.*)#(?P<place>[1-9]\d{0,5})", re.DOTALL)


class Sheet(NamedTuple):
    """Names of columns, and the rows below them.

    Attributes:
        columns: Without outer blanks; a name may stand twice.
        rows: Each with the line that it ends on.
    """

    columns: list[str]
    rows: list[NumberedRow]

    def records(self, wanted: Collection[str] = ()) -> list[dict[str, str]]:
        """Rows as mappings from column to text; cells missing at the end of a row are empty.

        Args:
            wanted: Columns that are read; those named by their place, ``#3`` for the third or
                ``emotion#2`` for the second of that name, are added.
        """
        records = [dict(zip_longest(self.columns, row, fillvalue="")) for _, row in self.rows]
        for address in wanted:
            place = _find(address, self.columns)
            if place is not None:
                for record, (_, row) in zip(records, self.rows, strict=True):
                    record[address] = row[place] if place < len(row) else ""
        return records


def make_sheet(rows: Sequence[NumberedRow], table: TableSpec, where: str) -> Sheet:
    """Names of columns and rows, out of all the rows of a file.

    Args:
        rows: Those that are not empty.
        table: With its ``columns``, ``header`` and ``comment``.
        where: What errors call the file.

    Raises:
        DataError: The header lies beyond the end of the file.
    """
    if table.comment:
        rows = [row for row in rows if not row[1][0].lstrip().startswith(table.comment)]
    header, rows = _split_header(rows, table, where)
    columns = table.columns or _join_header([[cell.strip() for cell in cells] for cells in header])
    width = max((len(cells) for _, cells in rows), default=0)
    if not columns and not header:  # all columns are named by their place
        columns = [f"#{place}" for place in range(1, width + 1)]
    return Sheet(columns, list(rows))


def _split_header(
    rows: Sequence[NumberedRow], table: TableSpec, where: str
) -> tuple[list[list[str]], Sequence[NumberedRow]]:
    """Rows of the header, and those below it."""
    if not table.header_lines:
        return [], rows
    first, lines = table.header_lines[0], len(table.header_lines)
    below = [row for row in rows if row[0] >= first]
    if (rows or first > 1) and len(below) < lines:
        raise DataError(f"{where}: ends before its header, which `header` says is line {first}")
    return [cells for _, cells in below[:lines]], below[lines:]


def _join_header(lines: Sequence[Sequence[str]]) -> list[str]:
    """Names of columns from one or several lines.

    A cell without text belongs to the one on its left, as cells that were merged do, if there is a
    name below it.

    >>> _join_header([["id", "total", ""], ["", "emotion", "valence"]])
    ['id', 'total.emotion', 'total.valence']
    """
    if len(lines) < 2:
        return list(lines[0]) if lines else []
    *groups, names = [list(row) for row in zip(*zip_longest(*lines, fillvalue=""), strict=True)]
    for group in groups:
        for place in range(1, len(group)):
            if not group[place] and names[place]:
                group[place] = group[place - 1]
    return [".".join(filter(None, cells)) for cells in zip(*groups, names, strict=True)]


def _find(address: str, columns: Sequence[str]) -> int | None:
    """Where a column named by its place stands, from 0; None where the name is no such address."""
    found = None if address in columns else _ADDRESS.fullmatch(address)
    if not found:
        return None
    name, place = found["name"], int(found["place"]) - 1
    places = [at for at, column in enumerate(columns) if not name or column == name]
    return places[place] if place < len(places) else None
