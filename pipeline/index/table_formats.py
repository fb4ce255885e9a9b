"""Reads table files of any format, encoding and separator into rows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from pipeline.common.errors import DataError
from pipeline.common.patterns import compile_pattern
from pipeline.index.cell_lists import spread_cells
from pipeline.index.field_parts import add_column_parts
from pipeline.index.json_tables import parse_json, parse_json_lines
from pipeline.index.melted_columns import melt_columns
from pipeline.index.nested_rows import describe_way, rows_at, rows_without_path
from pipeline.index.parquet_tables import no_file, parse_parquet
from pipeline.index.separated_values import parse_separated
from pipeline.index.sheet import Sheet
from pipeline.index.table_text import decode_text
from pipeline.index.text_lines import parse_lines, parse_whole_text
from pipeline.index.textgrids import parse_textgrid
from pipeline.index.workbooks import parse_workbook
from pipeline.index.xml_tables import parse_xml
from pipeline.index.yaml_tables import parse_yaml_table
from pipeline.schema.fields import Row
from pipeline.sources.class_names import ReadFile
from pipeline.sources.file_kinds import describe_content, is_workbook
from pipeline.specs.row_spec import FILE_STEM
from pipeline.specs.table_spec import FORMATS_OF, TableSpec

_SUFFIXES = {"yml": "yaml", "ndjson": "jsonl", "eaf": "xml"}


class TableContent(NamedTuple):
    """Content of a table file.

    Attributes:
        rows: Each a mapping from column to text.
        encoding: The one that it was read in; None for a workbook.
        repeated: Columns whose name stands twice → where they stand, from 1.
        empty: Why there is no row, where more can be said than that.
    """

    rows: Iterable[Row]
    encoding: str | None = None
    repeated: Mapping[str, Sequence[int]] = {}
    empty: str = ""


def read_table(content: bytes, table: TableSpec, path: str, where: str) -> TableContent:
    """Reads a table file at once; see :func:`stream_table`."""
    read = stream_table(content, table, path, where)
    return read._replace(rows=list(read.rows))


def stream_table(
    content: bytes,
    table: TableSpec,
    path: str,
    where: str,
    ignore_case: bool = False,
    read_other: ReadFile = no_file,
) -> TableContent:
    """Reads a table file; rows of separated values come as they are asked for, once.

    Args:
        content: Content of the file.
        table: Spec of the table.
        path: Path of the file, below the corpus root.
        where: Name of the file in errors.
        ignore_case: Whether patterns are blind to case.
        read_other: Reads other files of the corpus: cards that name classes.

    Raises:
        DataError: It can't be decoded or parsed, or a wanted column stands twice; of separated
            values also when a row is asked for.
    """
    name = PurePosixPath(path)
    kind = _kind(content, table, name)
    if table.rows and kind not in FORMATS_OF["rows"]:
        nested = ", ".join(FORMATS_OF["rows"])
        raise DataError(
            f"{where}: is read as {kind}, and only {nested} have `rows`; name its `format`"
        )
    if kind == "xlsx":
        read = _read_sheets(content, table, where)
    elif kind == "parquet":
        read = TableContent(parse_parquet(content, table.wanted, where, path, read_other))
    else:
        if what := describe_content(content):
            raise DataError(f"{where}: is no table but {what}")
        read = _read_text(content, kind, table, where, ignore_case)
    for column in sorted(read.repeated.keys() & table.wanted):
        numbers = " and ".join(map(str, read.repeated[column]))
        raise DataError(
            f"{where}: columns {numbers} are both called {column!r}; say which by `{column}#1`, "
            f"`{column}#2` …, rename or delete one, or name all columns by `columns`"
        )
    rows = spread_cells(list(read.rows), table.cells, where) if table.cells else read.rows
    rows = melt_columns(rows, table.melt) if table.melt else rows
    rows = add_column_parts(rows, table.parts, ignore_case) if table.parts else rows
    found = compile_pattern(table.path, ignore_case).search(path) if table.path else None
    of_file = {FILE_STEM: name.stem} | (found.groupdict("") if found else {})
    return read._replace(rows=(record | of_file for record in rows))


def _kind(content: bytes, table: TableSpec, name: PurePosixPath) -> str:
    """Format of a table file: by what it is, by the spec, by its suffix; else CSV."""
    if is_workbook(content):
        return "xlsx"
    if content.startswith(b"PAR1"):
        return "parquet"
    suffix = name.suffix.lower().lstrip(".")
    return table.format or ("lines" if table.line else _SUFFIXES.get(suffix, suffix))


def _read_text(
    content: bytes, kind: str, table: TableSpec, where: str, ignore_case: bool
) -> TableContent:
    if kind == "xml":
        return _nested(parse_xml(content, where), None, table, where)
    text, encoding = decode_text(content, table.encoding, where)
    if kind == "lines" and table.line:
        return TableContent(parse_lines(text, table, ignore_case), encoding)
    if kind == "text":
        return TableContent(parse_whole_text(text), encoding)
    if kind == "jsonl":
        return _nested(parse_json_lines(text, where), encoding, table, where)
    if kind in {"json", "yaml"}:
        value = (parse_json if kind == "json" else parse_yaml_table)(text, where)
        return _nested(value, encoding, table, where)
    if kind == "textgrid":
        return TableContent(parse_textgrid(text, where), encoding)
    sheet = parse_separated(text, kind, table, where)
    return TableContent(sheet.stream(table.wanted), encoding, _repeated([sheet]))


def _nested(value: Any, encoding: str | None, table: TableSpec, where: str) -> TableContent:
    """Rows of nested data."""
    if table.rows:
        rows = rows_at(value, table.rows, table.wanted)
        way = "" if rows else f"{table.rows!r} ends early: {describe_way(value, table.rows)}"
        return TableContent(rows, encoding, empty=way)
    found = rows_without_path(value, table.wanted)
    if found is None:
        raise DataError(
            f"{where}: expected a list of objects, an object of objects, or (.jsonl) one a line; "
            "say by `rows` where the rows lie"
        )
    return TableContent(found, encoding)


def _read_sheets(content: bytes, table: TableSpec, where: str) -> TableContent:
    """Rows of every sheet of a workbook, with its title as the column ``_sheet``."""
    sheets = parse_workbook(content, table, where)
    rows = [
        row | {"_sheet": title} for title, sheet in sheets for row in sheet.stream(table.wanted)
    ]
    return TableContent(rows, None, _repeated(sheet for _, sheet in sheets))


def _repeated(sheets: Iterable[Sheet]) -> dict[str, Sequence[int]]:
    repeated: dict[str, Sequence[int]] = {}
    for sheet in sheets:
        numbers: dict[str, list[int]] = {}
        for number, column in enumerate(sheet.columns, 1):
            numbers.setdefault(column, []).append(number)
        repeated |= {column: found for column, found in numbers.items() if len(found) > 1}
    return repeated
