"""Tables in Parquet."""

import pyarrow as pa

from pipeline.common.errors import DataError
from pipeline.schema.fields import Row
from pipeline.sources.byte_ranges import RangedFile
from pipeline.sources.class_names import Names, ReadFile, find_class_names
from pipeline.sources.clip_rows import name_cells
from pipeline.sources.parquet_cells import may_number
from pipeline.sources.parquet_columns import ParquetColumns

_MOST_CELLS = 50_000_000


def no_file(path: str) -> bytes:
    """Reads files where there are none."""
    raise FileNotFoundError(path)


def parse_parquet(
    content: bytes,
    wanted: frozenset[str],
    where: str,
    path: str = "",
    read: ReadFile = no_file,
) -> list[Row]:
    """Rows of a Parquet file; numbers of classes that its footer or card names become those names.

    Args:
        content: Content of the file.
        wanted: Columns that are read beside the others: fields of structs, as ``struct.field``.
        where: Name of the file in errors.
        path: Path of the file, below the corpus root.
        read: Reads other files of the corpus: those that may name classes.

    Raises:
        DataError: It is no Parquet file, is damaged, or too large.
    """
    file = RangedFile(where, len(content), "", lambda start, end: content[start:end])
    table = ParquetColumns(file)
    inner = [column for column in wanted if "." in column and table.kind_of(column)]
    plain = [field.name for field in table.schema if not _holds_bytes(field.type)]
    columns = list(dict.fromkeys([*plain, *sorted(inner)]))
    if table.rows * len(columns) > _MOST_CELLS:
        raise DataError(f"{where}: {table.rows:,} rows, more than are read of a table")
    named = {
        column: names
        for column in columns
        if (names := _names(table, column, path, read if column in wanted else no_file))
    }
    rows: list[Row] = []
    for group in table.row_groups:
        cells = table.read_columns(group, columns)
        for column, names in named.items():
            cells[column] = name_cells(cells[column], names, column, where, "tables")
        rows += (dict(zip(columns, row, strict=True)) for row in zip(*cells.values(), strict=True))
    return rows


def _names(table: ParquetColumns, column: str, path: str, read: ReadFile) -> Names | None:
    """Names of the classes that a column numbers, where the file or its card states them."""
    if not may_number(table.kind_of(column)):
        return None
    return find_class_names(column, path, table.schema.metadata, read, None)


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(_holds_bytes(field.type) for field in kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
