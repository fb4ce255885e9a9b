"""Sheets: rows of cells, below a header or without one, of whatever file they were read from."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import NamedTuple

from pipeline.common.errors import DataError
from pipeline.schema.fields import Row
from pipeline.specs.table_spec import TableSpec

NumberedRow = tuple[int, list[str]]
"""Cells, and the line that they end on."""

_ADDRESS = re.compile(r"(?P<name>.*)#(?P<number>[1-9]\d{0,5})", re.DOTALL)


class Sheet(NamedTuple):
    """Names of columns, and the rows below them.

    Attributes:
        columns: Without outer blanks; a name may stand twice.
        rows: Each with the line that it ends on; they may come only once.
    """

    columns: list[str]
    rows: Iterable[NumberedRow]

    def records(self, wanted: Collection[str] = ()) -> list[Row]:
        """All that :meth:`stream` gives."""
        return list(self.stream(wanted))

    def stream(self, wanted: Collection[str] = ()) -> Iterator[Row]:
        """Rows as mappings from column to text; cells missing at the end of a row are empty.

        Args:
            wanted: Columns that are read; those named by their number, ``#3`` for the third or
                ``emotion#2`` for the second of that name, are added.
        """
        indices = {address: _find(address, self.columns) for address in wanted}
        added = {address: index for address, index in indices.items() if index is not None}
        for _, row in self.rows:
            record = dict(zip_longest(self.columns, row, fillvalue=""))
            for address, index in added.items():
                record[address] = row[index] if index < len(row) else ""
            yield record


def make_sheet(rows: Iterable[NumberedRow], table: TableSpec, where: str) -> Sheet:
    """Names of columns and rows, out of all the rows of a file.

    Args:
        rows: Rows that are not empty.
        table: Table with its ``columns``, ``header`` and ``comment``.
        where: Name of the file in errors.

    Raises:
        DataError: The header lies beyond the end of the file.
    """
    if table.comment:
        mark = table.comment
        rows = (row for row in rows if not row[1][0].lstrip().startswith(mark))
    header, rows = _split_header(rows, table, where)
    columns = table.columns or _join_header([[cell.strip() for cell in cells] for cells in header])
    if not columns and not header:  # all columns are named by their numbers
        rows = list(rows)
        width = max((len(cells) for _, cells in rows), default=0)
        columns = [f"#{number}" for number in range(1, width + 1)]
    return Sheet(columns, rows)


def _split_header(
    rows: Iterable[NumberedRow], table: TableSpec, where: str
) -> tuple[list[list[str]], Iterable[NumberedRow]]:
    """Rows of the header, and those below it."""
    if not table.header_lines:
        return [], rows
    first, lines = table.header_lines[0], len(table.header_lines)
    below = (row for row in rows if row[0] >= first)
    header = [cells for _, cells in islice(below, lines)]
    if (header or first > 1) and len(header) < lines:
        raise DataError(f"{where}: ends before its header, which `header` says is line {first}")
    return header, below


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
        for index in range(1, len(group)):
            if not group[index] and names[index]:
                group[index] = group[index - 1]
    return [".".join(filter(None, cells)) for cells in zip(*groups, names, strict=True)]


def _find(address: str, columns: Sequence[str]) -> int | None:
    """Index of a column that is named by its number; None where the name is no such address."""
    found = None if address in columns else _ADDRESS.fullmatch(address)
    if not found:
        return None
    name, index = found["name"], int(found["number"]) - 1
    named = [at for at, column in enumerate(columns) if not name or column == name]
    return named[index] if index < len(named) else None
