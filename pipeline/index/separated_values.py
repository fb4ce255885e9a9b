"""Tables of separated values: CSV with any separator, TSV, and columns between blanks."""

import csv
import re
from collections.abc import Iterator

from pipeline.common.errors import DataError
from pipeline.index.json_tables import numbered_lines
from pipeline.index.sheet import NumberedRow, Sheet, make_sheet
from pipeline.specs.table_spec import TableSpec

_SEPARATORS = (",", ";", "\t")
"""Separators of a CSV file, the likeliest first."""

_LONGEST_HEADER = 100_000
"""Characters of the first line that are looked at: the csv module limits cells to 131,072."""

_STATED = re.compile(r'"?sep=(.)"?[ \t]*', re.IGNORECASE)
"""The line before the header by which Excel learns the separator."""


def parse_separated(text: str, kind: str, table: TableSpec, where: str) -> Sheet:
    """Cells of a text, its rows as they are asked for.

    Args:
        text: Text of the file.
        kind: ``space``, ``tsv``, or anything else for CSV.
        table: Spec of the table.
        where: Name of the file in errors.

    Raises:
        DataError: The header lies beyond the end; or, when a row is asked for, it has more filled
            cells than there are columns, or quotes that are not closed.
    """
    text = _without_lines(text, table)
    numbered: Iterator[NumberedRow]
    if kind == "space":
        numbered = ((number, line.split()) for number, line in numbered_lines(text))
    else:
        text, stated = _take_stated_separator(_blank_comments(text, table))
        separator = table.separator or ("\t" if kind == "tsv" else None) or stated
        numbered = _separate(text, separator or _find_separator(text, table), kind, where)
    filled = ((line, row) for line, row in numbered if any(cell.strip() for cell in row))
    columns, rows = make_sheet(filled, table, where)
    return Sheet(columns, ((line, _fit(row, columns, f"{where}:{line}")) for line, row in rows))


def _without_lines(text: str, table: TableSpec) -> str:
    """The text with comments and what stands above the header left blank: it may hold anything."""
    above = table.header_lines[0] - 1 if table.header_lines else 0
    if not above and not table.comment:
        return text
    return "\n".join(
        ""
        if number <= above or (table.comment and line.lstrip().startswith(table.comment))
        else line
        for number, line in enumerate(text.split("\n"), 1)
    )


def _take_stated_separator(text: str) -> tuple[str, str | None]:
    """The text with Excel's ``sep=`` line left blank, and what that line states."""
    first, _, rest = text.partition("\n")
    found = _STATED.fullmatch(first)
    return (f"\n{rest}", found[1]) if found else (text, None)


def _blank_comments(text: str, table: TableSpec) -> str:
    """The text with lines of comment before the header left blank.

    They begin with ``#``, as a header may, too: it is the line that names the wanted columns.
    """
    if table.columns is not None or not text.lstrip().startswith("#"):
        return text
    lines = text.split("\n")
    header = next(
        (number for number, line in enumerate(lines) if line.strip() and line.lstrip()[0] != "#"),
        0,
    )
    if not header:
        return text
    named = [_most_named(line, table) for line in lines[: header + 1]]
    return "\n" * header + "\n".join(lines[header:]) if named[-1] > max(named[:-1]) else text


def _most_named(line: str, table: TableSpec) -> int:
    """Most wanted columns that a line names with any separator."""
    separators = (*_SEPARATORS, *filter(None, [table.separator]))
    return max(len(table.wanted & set(_cells(line, separator))) for separator in separators)


def _cells(line: str, separator: str) -> list[str]:
    first = line[:_LONGEST_HEADER]
    return [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]


def _fit(row: list[str], columns: list[str], where: str) -> list[str]:
    """A row with no more cells than there are columns; those left over must be empty."""
    if any(cell.strip() for cell in row[len(columns) :]):
        raise DataError(
            f"{where}: {len(row)} cells, expected {len(columns)} as in "
            f"{', '.join(map(repr, columns))}"
        )
    return row[: len(columns)]


def _find_separator(text: str, table: TableSpec) -> str:
    """The separator with which the first line names most of the wanted columns.

    Where it names none, it is the one with most cells, so that an error shows them one by one.
    Without a header, it is the one that gives as many cells as there are columns.
    """
    first = next((line for line in _lines(text) if line.strip()), "").rstrip("\n")
    cells = {separator: _cells(first, separator) for separator in _SEPARATORS}
    if table.columns:
        return max(_SEPARATORS, key=lambda s: len(cells[s]) == len(table.columns or ()))
    named = {separator: len(table.wanted & set(found)) for separator, found in cells.items()}
    return max(_SEPARATORS, key=lambda s: (named[s], 0 if any(named.values()) else len(cells[s])))


def _separate(text: str, separator: str, kind: str, where: str) -> Iterator[NumberedRow]:
    """Cells of every row, each row with the line that it ends on."""
    reader = csv.reader(
        _lines(text),
        delimiter=separator,
        quoting=csv.QUOTE_NONE if kind == "tsv" else csv.QUOTE_MINIMAL,
        strict=True,  # else a quote that is never closed swallows all the rows after it
    )
    line = 0
    try:
        for row in reader:
            line = reader.line_num
            yield line, row
    except csv.Error as error:
        raise DataError(
            f"{where}:{line + 1}: {error}; expected quotes around whole cells, doubled inside them"
        ) from None


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; ``io.StringIO`` would copy the text to four bytes a character."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end
