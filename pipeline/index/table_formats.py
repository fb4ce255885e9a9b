"""Reads table files of any format, encoding and separator into rows."""

import contextlib
import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any

from pipeline.common.errors import DataError
from pipeline.specs.spec_types import TableSpec

STEM = "_stem"
"""Column that every row has: the stem of the file it was read from."""

_SEPARATORS = (",", ";", "\t")
"""What may stand between cells of a CSV file, the likeliest first."""

_LONGEST_HEADER = 100_000
"""Characters of the first line that are looked at: the csv module limits cells to 131,072."""


def read_rows(content: bytes, table: TableSpec, path: str, where: str) -> list[dict[str, str]]:
    """Rows of a table file, each a mapping from column to text.

    Args:
        content: Of the file.
        table: How the spec wants it read.
        path: Of the file, below the corpus root.
        where: What errors call the file.

    Raises:
        DataError: It can't be decoded or parsed.
    """
    name = PurePosixPath(path)
    kind = table.format or ("lines" if table.line else name.suffix.lower().lstrip("."))
    if kind == "xlsx":
        records = _parse_workbook(content, where)
    else:
        text = _decode(content, table.encoding, where)
        if kind == "lines" and table.line:
            records = [found.groupdict("") for found in re.finditer(table.line, text, re.MULTILINE)]
        elif kind in {"json", "jsonl"}:
            records = _parse_json(text, kind, where)
        else:
            records = _parse_rows(text, kind, table, where)
    found = re.search(table.path, path) if table.path else None
    of_file = {STEM: name.stem} | (found.groupdict("") if found else {})
    return [record | of_file for record in records]


def _parse_workbook(content: bytes, where: str) -> list[dict[str, str]]:
    """Rows of every sheet of an Excel workbook; the first row of a sheet names its columns."""
    import openpyxl  # few corpora need it

    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{where}: not an Excel workbook: {error}") from None
    records = []
    for sheet in workbook.worksheets:
        rows = [["" if c is None else str(c) for c in row] for row in sheet.values]
        header = [cell.strip() for cell in rows[0]] if rows else []
        records += [
            dict(zip(header, row, strict=False)) | {"_sheet": sheet.title} for row in rows[1:]
        ]
    return records


def _parse_rows(text: str, kind: str, table: TableSpec, where: str) -> list[dict[str, str]]:
    """Rows of separated values. Cells missing at the end of a row are empty; more are an error."""
    columns = table.columns
    if kind == "space":
        numbered = [(number, line.split()) for number, line in _numbered(text)]
    else:
        separator = table.separator or ("\t" if kind == "tsv" else _find_separator(text, table))
        numbered = _separate(text, separator, kind, where)
    filled = [(line, row) for line, row in numbered if any(cell.strip() for cell in row)]
    if columns is None:
        columns = [cell.strip() for cell in filled[0][1]] if filled else []
        filled = filled[1:]
    for line, row in filled:
        if len(row) > len(columns):
            raise DataError(
                f"{where}:{line}: {len(row)} cells, expected {len(columns)} as in "
                f"{', '.join(map(repr, columns))}"
            )
    return [dict(zip_longest(columns, row, fillvalue="")) for _, row in filled]


def _find_separator(text: str, table: TableSpec) -> str:
    """The separator with which the first line names most of the wanted columns.

    Where it names none, it is the one with most cells, so that an error shows them one by one.
    Without a header, it is the one that gives as many cells as there are columns.
    """
    first = next((line[:_LONGEST_HEADER] for _, line in _numbered(text)), "")
    cells = {
        separator: [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
        for separator in _SEPARATORS
    }
    if table.columns:
        return max(_SEPARATORS, key=lambda s: len(cells[s]) == len(table.columns or ()))
    taken = (column.removesuffix("?") for column in table.take.values())
    wanted = {*table.match, *taken, *table.where}
    named = {separator: len(wanted.intersection(found)) for separator, found in cells.items()}
    return max(_SEPARATORS, key=lambda s: (named[s], 0 if any(named.values()) else len(cells[s])))


def _separate(text: str, separator: str, kind: str, where: str) -> list[tuple[int, list[str]]]:
    """Cells of every row, each row with the line that it ends on."""
    reader = csv.reader(
        io.StringIO(text),
        delimiter=separator,
        quoting=csv.QUOTE_NONE if kind == "tsv" else csv.QUOTE_MINIMAL,
        strict=True,  # else a quote that is never closed swallows all the rows after it
    )
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
    except csv.Error as error:
        line = rows[-1][0] + 1 if rows else 1
        raise DataError(
            f"{where}:{line}: {error}; expected quotes around whole cells, doubled inside them"
        ) from None
    return rows


def _numbered(text: str) -> list[tuple[int, str]]:
    """Non-empty lines of a text, numbered from 1."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _parse_json(text: str, kind: str, where: str) -> list[dict[str, str]]:
    """Rows of a list of objects, or of an object of objects, whose keys become ``_key``."""
    items: Any
    if kind == "jsonl":
        items = []
        for number, line in _numbered(text):
            items.append(_load_json(line, where, number))
            if not isinstance(items[-1], dict):
                raise DataError(f"{where}:{number}: expected an object, found {line.strip():.40}")
    else:
        items = _load_json(text, where)
    if isinstance(items, dict):
        items = [
            {"_key": key} | (value if isinstance(value, dict) else {"_value": value})
            for key, value in items.items()
        ]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DataError(
            f"{where}: expected a list of objects, an object of objects, or (.jsonl) one a line"
        )
    return [{str(key): _as_text(value) for key, value in item.items()} for item in items]


def _as_text(value: object) -> str:
    """A value of JSON as text; half of a surrogate pair, which JSON allows and UTF-8 not, as ?."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode()


def _load_json(text: str, where: str, line: int = 1) -> Any:
    """Parses JSON text that begins on a line of a file."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        number = line + error.lineno - 1
        raise DataError(f"{where}:{number}: not JSON: {error.msg}") from None
    except RecursionError:
        raise DataError(f"{where}:{line}: nested too deeply for a table") from None


def _decode(content: bytes, encodings: Sequence[str], where: str) -> str:
    """Text in the first encoding that fits, with plain line ends."""
    for encoding in encodings:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue  # without its mark any bytes of even number pass for UTF-16
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    raise DataError(
        f"{where}: is not text in {' or '.join(encodings)}; name its `encoding` in the spec"
    )
