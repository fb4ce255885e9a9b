"""A Parquet file: its row groups, and its columns as text, read apart from each other.

Source: Apache Parquet format 2.10, where every column of a row group lies in a piece of its own.
"""

import struct
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from pipeline.sources.byte_ranges import RangedFile
from pipeline.sources.file_kinds import describe_content
from pipeline.sources.parquet_cells import column_text

DAMAGED = (pa.ArrowException, OSError, ValueError, LookupError, struct.error, MemoryError)
"""Exceptions that Arrow raises for damaged files."""


class RowGroup(NamedTuple):
    """A row group.

    Attributes:
        number: Number from 0.
        first: First row.
        rows: Number of its rows.
        bytes_of: Path of a column → bytes that it takes in the file.
    """

    number: int
    first: int
    rows: int
    bytes_of: Mapping[str, int]


class ParquetColumns:
    """The columns of one Parquet file; nothing is held open.

    Attributes:
        file: The file.
        schema: Columns and their types.
        row_groups: Row groups in order.
    """

    def __init__(self, file: RangedFile) -> None:
        """Reads the footer.

        Raises:
            DataError: It is no Parquet file, or damaged.
        """
        self.file = file
        try:
            self._parquet = self.open(0)
            self.schema: pa.Schema = self._parquet.schema_arrow
            self.row_groups = self._row_groups()
            self._firsts = [group.first for group in self.row_groups]
        except DAMAGED as error:
            raise self.damaged(error) from None

    @property
    def rows(self) -> int:
        """Number of its rows."""
        return sum(group.rows for group in self.row_groups)

    def _row_groups(self) -> Sequence[RowGroup]:
        metadata = self._parquet.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        firsts = accumulate((group.num_rows for group in groups), initial=0)
        return [
            RowGroup(number, first, group.num_rows, _column_bytes(group))
            for number, (group, first) in enumerate(zip(groups, firsts, strict=False))
        ]

    def read_columns(self, group: RowGroup, columns: Sequence[str]) -> dict[str, list[str]]:
        """Columns of a row group as text; those inside structs are called ``struct.field``.

        Raises:
            DataError: They are not there, or damaged.
        """
        self.check_columns(columns)
        if not columns:
            return {}
        try:
            read = self._parquet.read_row_group(group.number, list(columns), use_threads=False)
            if read.num_rows != group.rows:
                raise ValueError(f"{read.num_rows} rows where {group.rows} are stated")
            return {column: column_text(_find(read, column)) for column in columns}
        except DAMAGED as error:
            raise self.damaged(error) from None

    def check_columns(self, columns: Sequence[str]) -> None:
        """Makes sure that columns are there, once each.

        Raises:
            DataError: One is not there, or stands twice.
        """
        for column in columns:
            found = self.schema.get_all_field_indices(column)
            if len(found) > 1:
                raise DataError(f"{self.file.location}: {len(found)} columns are called {column!r}")
            if not found and self.kind_of(column) is None:
                raise DataError(
                    f"{self.file.location}: no column {column!r}; "
                    f"found {', '.join(map(repr, self.schema.names))}"
                )

    def kind_of(self, column: str) -> pa.DataType | None:
        """Type of a column, or of a field inside a struct; None where there is none."""
        if column in self.schema.names:
            return self.schema.field(column).type
        top, _, inner = column.partition(".")
        kind = self.schema.field(top).type if top in self.schema.names else None
        for name in inner.split("."):
            if kind is None or not pa.types.is_struct(kind) or kind.get_field_index(name) < 0:
                return None
            kind = kind.field(name).type
        return kind

    def is_empty(self, leaf: str) -> bool:
        """Whether every cell of a column, or of a field inside a struct, is known to be empty."""
        metadata = self._parquet.metadata
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            for index in range(group.num_columns):
                column = group.column(index)
                if column.path_in_schema == leaf:
                    stated = column.statistics if column.is_stats_set else None
                    if not stated or not stated.has_null_count or stated.num_values:
                        return False
        return True

    def group_of(self, row: int) -> RowGroup:
        """The row group that holds a row."""
        return self.row_groups[bisect_right(self._firsts, row) - 1]

    def open(self, buffer: int) -> pq.ParquetFile:
        """The file anew, for a reading of its own.

        Args:
            buffer: Bytes to stream columns by; 0 to read the wanted ones of a row group at once.

        Raises:
            DataError: It is no Parquet file, or damaged.
        """
        try:
            return pq.ParquetFile(self.file.ranges(), buffer_size=buffer, pre_buffer=not buffer)
        except DAMAGED as error:
            raise self.damaged(error) from None

    def damaged(self, error: Exception) -> DataError:
        """The error for a file that Arrow can't read."""
        start = self.file.read_range(0, min(64, self.file.size))
        if not start.startswith(b"PAR1") and (kind := describe_content(start)):
            return DataError(f"{self.file.location}: no Parquet file, but {kind}")
        message = str(error).partition("\n")[0]
        return DataError(f"{self.file.location}: no Parquet file, or damaged: {message}")


def _column_bytes(group: pq.RowGroupMetaData) -> dict[str, int]:
    columns = map(group.column, range(group.num_columns))
    return {column.path_in_schema: column.total_compressed_size for column in columns}


def _find(table: pa.Table, column: str) -> pa.ChunkedArray:
    if column in table.column_names:
        return table[column]
    top, _, inner = column.partition(".")
    return pa.chunked_array(
        [pc.struct_field(chunk, inner.split(".")) for chunk in table[top].chunks]
    )
