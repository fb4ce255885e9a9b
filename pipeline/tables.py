"""Tables of a corpus: reading them, whatever their format and encoding, and finding rows by key."""

import contextlib
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product, zip_longest
from pathlib import PurePosixPath
from typing import Any

from pipeline.errors import DataError
from pipeline.files import SourceFile, glob_matcher
from pipeline.parts import ChosenFile, Table
from pipeline.spec import CorpusSpec

Row = dict[str, str | None]
"""Fields that a row of a table gives a clip."""

Read = Callable[[str], bytes]

Key = tuple[str | None, ...]
"""Values of the columns that a table is joined on."""

STEM = "_stem"
"""Column that every row has: the stem of the file it was read from."""


@dataclass(frozen=True)
class TableRows:
    """What the rows of a table add to clips, found by the columns that the table is joined on.

    Attributes:
        rows: Values of those columns → the fields that each row gives.
        chosen_by: The field that a row's file was chosen by, where the spec chooses.
        found: Keys that clips have asked for so far: the others are of clips that are not there.
    """

    table: Table
    rows: Mapping[Key, Sequence[Row]]
    chosen_by: str | None = None
    found: set[Key] = field(default_factory=set, compare=False)

    def find(self, fields: Mapping[str, str | None]) -> Sequence[Row]:
        """Fields of the rows that belong to a clip with these fields; none where there is none."""
        chosen = [fields.get(self.chosen_by)] if self.chosen_by else []
        for templates in product(*self.table.match.values()):
            key = (*(fill(template, fields) for template in templates), *chosen)
            if rows := self.rows.get(key):
                self.found.add(key)
                return rows
        return ()

    @property
    def missing(self) -> list[str]:
        """Rows that no clip has asked for, by the values that they are joined on."""
        return [" ".join(filter(None, key)) for key in self.rows if key not in self.found]


def fill(template: str, fields: Mapping[str, str | None]) -> str | None:
    """A template with its fields filled in; None where any of them is unknown.

    >>> fill("{session}{letter}", {"session": "Ses01", "letter": "F"})
    'Ses01F'
    """
    try:
        filled = template.format_map(_Known(fields))
    except KeyError:
        return None
    return filled


def find_table_files(spec: CorpusSpec, files: Iterable[SourceFile]) -> list[SourceFile]:
    """Those of a corpus's files that its tables are read from, sorted by path."""
    match = glob_matcher([glob for table in spec.tables.values() for glob in _globs(table)])
    ignored = glob_matcher(spec.ignore, spec.ignore_case)
    return sorted(file for file in files if match(file.path) and not ignored(file.path))


def load_tables(spec: CorpusSpec, files: Sequence[SourceFile], read: Read) -> dict[str, TableRows]:
    """Reads every table that a spec names.

    Args:
        spec: The corpus.
        files: Files below the corpus root, those of the tables among them.
        read: Gives the content of a listed file.

    Returns:
        Tables by name, in the order in which they are joined.

    Raises:
        DataError: A required table is missing, can't be decoded, lacks a column or has no rows.
    """
    wanted = find_table_files(spec, files)
    return {
        name: _load_table(spec.id, name, table, wanted, read) for name, table in spec.tables.items()
    }


def rows_of(table: Table, records: Iterable[Mapping[str, str | None]]) -> TableRows:
    """A table of records at hand; columns that a record lacks are unknown."""
    chosen_by = table.file.of if isinstance(table.file, ChosenFile) else None
    key = (*table.match, *([chosen_by] if chosen_by else []))
    taken = {name: column.removesuffix("?") for name, column in table.take.items()}
    rows: dict[Key, list[Row]] = {}
    for record in records:
        if all(re.search(regex, record.get(column) or "") for column, regex in table.where.items()):
            place = tuple(_clean(record.get(column)) for column in key)
            row = {name: _clean(record.get(column)) for name, column in taken.items()}
            rows.setdefault(place, []).append(row)
    return TableRows(table, rows, chosen_by)


def _load_table(
    corpus: str, name: str, table: Table, files: Sequence[SourceFile], read: Read
) -> TableRows:
    where = f"corpus {corpus}, table {name!r}"
    globs = _globs(table)
    match = glob_matcher(globs)
    found = [(hit[0], file) for file in files if (hit := match(file.path))]
    if not found and table.required:
        raise DataError(
            f"{where}: no file matches {', '.join(map(repr, globs))} below the corpus root; "
            "put it there as the corpus's archive has it"
        )
    records: list[dict[str, str]] = []
    for rank, file in found:
        place = f"{where}: {file.path}"
        try:
            content = read(file.path)
        except OSError as error:
            raise DataError(f"{place}: can't be read: {error.strerror or error}") from None
        read_here = _parse(content, table, file.path, place)
        _check_columns(read_here, table, place)
        if isinstance(table.file, ChosenFile):
            part = {table.file.of: list(table.file.values)[rank]}
            read_here = [record | part for record in read_here]
        records += read_here
    if found and not records:
        wanted = f"lines like '{table.line}'" if table.line else "rows below a header"
        files_read = ", ".join(file.path for _, file in found[:3])
        raise DataError(f"{where}: no row in {files_read}, expected {wanted}")
    return rows_of(table, records)


def _check_columns(records: list[dict[str, str]], table: Table, where: str) -> None:
    if not records:
        return
    needed = (column for column in table.take.values() if not column.endswith("?"))
    wanted_columns = (*table.match, *needed, *table.where)
    if missing := [column for column in wanted_columns if column not in records[0]]:
        raise DataError(
            f"{where}: no column {', '.join(map(repr, missing))}; "
            f"found {', '.join(map(repr, records[0]))}"
        )


def _globs(table: Table) -> list[str]:
    return list(table.file.values.values()) if isinstance(table.file, ChosenFile) else table.file


def _parse(content: bytes, table: Table, path: str, where: str) -> list[dict[str, str]]:
    """Rows of a table file, each a mapping from column to text."""
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
            records = _parse_rows(text, kind, table.columns, where)
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


def _parse_rows(
    text: str, kind: str, columns: Sequence[str] | None, where: str
) -> list[dict[str, str]]:
    """Rows of separated values. Cells missing at the end of a row are empty; more are an error."""
    if kind == "space":
        numbered = [(number, line.split()) for number, line in _numbered(text)]
    else:
        numbered = _separate(text, kind, where)
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


def _separate(text: str, kind: str, where: str) -> list[tuple[int, list[str]]]:
    """Cells of every row, each row with the line that it ends on."""
    reader = csv.reader(
        io.StringIO(text),
        delimiter="\t" if kind == "tsv" else ",",
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
    """Lines of a text from 1, those left out that hold nothing."""
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _parse_json(text: str, kind: str, where: str) -> list[dict[str, str]]:
    """Rows of a list of objects, or of an object of objects, whose keys become ``_key``."""
    items: Any
    if kind == "jsonl":
        items = [_load_json(line, where, number) for number, line in _numbered(text)]
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
    """What a text says that begins on a line of a file."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        number = line + error.lineno - 1
        raise DataError(f"{where}:{number}: not JSON: {error.msg}") from None


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


def _clean(value: str | None) -> str | None:
    """Text without outer blanks (no-break ones included); None where nothing is left."""
    return (value or "").strip() or None


class _Known(dict[str, str]):
    """Fields with a value; the others are missing."""

    def __init__(self, fields: Mapping[str, str | None]) -> None:
        super().__init__({name: value for name, value in fields.items() if value is not None})
