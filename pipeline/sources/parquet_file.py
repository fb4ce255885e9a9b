"""A Parquet file with audio inside: its columns, of which audio is read apart from the others.

Source: Apache Parquet format 2.10, where every column of a row group lies in a piece of its own.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from pipeline.sources.byte_ranges import RangedFile
from pipeline.sources.file_kinds import describe_content
from pipeline.sources.parquet_cells import column_text

_ROWS_AT_A_TIME = 8
"""Rows of audio in memory: few, for one may be a film."""

_BUFFER = 4 << 20
"""Bytes of audio asked for at a time."""

DAMAGED = (pa.ArrowException, OSError, ValueError, LookupError, struct.error, MemoryError)
"""What Arrow raises of damaged files."""


class RowGroup(NamedTuple):
    """A row group: its number, its first row, its rows, and the bytes of audio that they hold."""

    number: int
    first: int
    rows: int
    audio_bytes: int


class ParquetFile:
    """The columns of one Parquet file.

    Args of the constructor: the file, and the column of its audio, None to find it.
    """

    def __init__(self, file: RangedFile, audio: str | None) -> None:
        """Reads the footer.

        Raises:
            DataError: It is no Parquet file, is damaged, or holds no audio.
        """
        self.file = file
        try:
            self._parquet = self._open(buffered=False)
            self.schema: pa.Schema = self._parquet.schema_arrow
            self.audio = _audio_column(self.schema, audio, file.location)
            self._is_struct = pa.types.is_struct(self.schema.field(self.audio).type)
            self.row_groups = self._row_groups()
        except DAMAGED as error:
            raise self._damaged(error) from None

    @property
    def has_path(self) -> bool:
        """Whether a path stands beside the audio."""
        kind = self.schema.field(self.audio).type
        return self._is_struct and bool(kind.get_field_index("path") >= 0)

    def _row_groups(self) -> Sequence[RowGroup]:
        metadata = self._parquet.metadata
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        firsts = accumulate((group.num_rows for group in groups), initial=0)
        leaf = f"{self.audio}.bytes" if self._is_struct else self.audio
        return [
            RowGroup(number, first, group.num_rows, _column_bytes(group, leaf))
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
            raise self._damaged(error) from None

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

    def stream_audio(self, group: RowGroup) -> Iterator[bytes | None]:
        """Audio of the rows of a row group, in their order, a few rows in memory; None where none.

        Raises:
            OSError: It is damaged, or can't be read.
        """
        leaf = f"{self.audio}.bytes" if self._is_struct else self.audio
        try:
            batches = self._open(buffered=True).iter_batches(
                _ROWS_AT_A_TIME, [group.number], [leaf], use_threads=False
            )
            for batch in batches:
                column = batch.column(0)
                cells = pc.struct_field(column, "bytes") if self._is_struct else column
                yield from (cell.as_py() for cell in cells)
        except DataError as error:
            raise OSError(str(error)) from None
        except DAMAGED as error:
            raise OSError(f"damaged in its Parquet file: {error}") from None

    def group_of(self, row: int) -> RowGroup:
        """The row group that holds a row."""
        starts = [group.first for group in self.row_groups]
        return self.row_groups[bisect_right(starts, row) - 1]

    def _open(self, buffered: bool) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(
                self.file.ranges(), buffer_size=_BUFFER if buffered else 0, pre_buffer=not buffered
            )
        except DAMAGED as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> DataError:
        start = self.file.read_range(0, min(64, self.file.size))
        if not start.startswith(b"PAR1") and (kind := describe_content(start)):
            return DataError(f"{self.file.location}: no Parquet file, but {kind}")
        told = str(error).partition("\n")[0]
        return DataError(f"{self.file.location}: no Parquet file, or damaged: {told}")


def _audio_column(schema: pa.Schema, stated: str | None, location: str) -> str:
    """The column of the audio: the one stated, or the only one of bytes and a path."""
    if stated is not None and schema.get_all_field_indices(stated):
        kind = schema.field(stated).type
        if _holds_bytes(kind) or _is_bytes(kind):
            return stated
        hint = (
            "; where it names files that lie beside, read them by `audio` and this file as a table"
            if pa.types.is_string(kind) or pa.types.is_large_string(kind)
            else ""
        )
        raise DataError(
            f"{location}: column {stated!r} holds {kind}, expected audio files as bytes{hint}"
        )
    found: list[str] = [field.name for field in schema if _holds_bytes(field.type)]
    columns = ", ".join(f"{field.name!r} ({field.type})" for field in schema)
    if stated is not None:
        raise DataError(f"{location}: no column {stated!r}; found {columns}")
    if len(found) != 1:
        what = f"{' and '.join(map(repr, found))} could be" if found else "none is"
        raise DataError(
            f"{location}: {what} the audio, a struct of bytes and path; name it by "
            f"`parquet.audio`; found {columns}"
        )
    return found[0]


def _holds_bytes(kind: pa.DataType) -> bool:
    place = kind.get_field_index("bytes") if pa.types.is_struct(kind) else -1
    return place >= 0 and _is_bytes(kind.field(place).type)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _column_bytes(group: pq.RowGroupMetaData, leaf: str) -> int:
    columns = map(group.column, range(group.num_columns))
    return sum(c.total_compressed_size for c in columns if c.path_in_schema == leaf)


def _find(table: pa.Table, column: str) -> pa.ChunkedArray:
    if column in table.column_names:
        return table[column]
    top, _, inner = column.partition(".")
    return pa.chunked_array(
        [pc.struct_field(chunk, inner.split(".")) for chunk in table[top].chunks]
    )
