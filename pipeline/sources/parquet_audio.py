"""The audio of a Parquet file: found by its type, streamed row group by row group."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.common.errors import DataError
from pipeline.sources.byte_ranges import RangedFile
from pipeline.sources.parquet_columns import DAMAGED, ParquetColumns, RowGroup

_ROWS_AT_A_TIME = 8
"""Rows of audio in memory: few, for one may be a film."""

_BUFFER = 4 << 20
"""Bytes of audio asked for at a time."""


class ParquetAudio(ParquetColumns):
    """A Parquet file with audio inside.

    Attributes:
        audio: The column that holds it.
    """

    def __init__(self, file: RangedFile, audio: str | None) -> None:
        """Reads the footer.

        Args:
            file: The file.
            audio: The column of its audio; None to find it.

        Raises:
            DataError: It is no Parquet file, is damaged, or holds no audio.
        """
        super().__init__(file)
        self.audio = _audio_column(self.schema, audio, file.location)
        self._is_struct = pa.types.is_struct(self.schema.field(self.audio).type)
        self._leaf = f"{self.audio}.bytes" if self._is_struct else self.audio
        if self.has_path and self.rows and self.is_empty(self._leaf):
            raise DataError(_only_paths(file.location, self.audio))

    @property
    def has_path(self) -> bool:
        """Whether a path stands beside the audio."""
        kind = self.schema.field(self.audio).type
        return self._is_struct and bool(kind.get_field_index("path") >= 0)

    def mean_bytes(self, group: RowGroup) -> int:
        """Mean size of the audio of a row group's rows, as it is stored."""
        return group.bytes_of.get(self._leaf, 0) // max(1, group.rows)

    def stream_audio(self, group: RowGroup) -> Iterator[bytes | None]:
        """Audio of the rows of a row group, in their order, a few rows in memory; None where none.

        Raises:
            OSError: It is damaged, or can't be read.
        """
        try:
            batches = self.open(_BUFFER).iter_batches(
                _ROWS_AT_A_TIME, [group.number], [self._leaf], use_threads=False
            )
            for batch in batches:
                column = batch.column(0)
                cells = pc.struct_field(column, "bytes") if self._is_struct else column
                yield from (cell.as_py() for cell in cells)
        except DataError as error:
            raise OSError(str(error)) from None
        except DAMAGED as error:
            raise OSError(f"damaged in its Parquet file: {error}") from None


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
    paths = [field.name for field in schema if _holds_nothing(field.type)]
    if paths and not found:
        raise DataError(_only_paths(location, paths[0]))
    if len(found) != 1:
        what = f"{' and '.join(map(repr, found))} could be" if found else "none is"
        raise DataError(
            f"{location}: {what} the audio, a struct of bytes and path; name it by "
            f"`parquet.audio`; found {columns}"
        )
    return found[0]


def _holds_bytes(kind: pa.DataType) -> bool:
    index = kind.get_field_index("bytes") if pa.types.is_struct(kind) else -1
    return index >= 0 and _is_bytes(kind.field(index).type)


def _holds_nothing(kind: pa.DataType) -> bool:
    """Whether it is the struct of bytes and path as it is written where all bytes are unknown."""
    index = kind.get_field_index("bytes") if pa.types.is_struct(kind) else -1
    return index >= 0 and bool(pa.types.is_null(kind.field(index).type))


def _only_paths(location: str, column: str) -> str:
    return (
        f"{location}: column {column!r} holds paths and no audio; name the files that they lead to "
        f"by `audio`, and read this one as a table: `match: {{{column}.path: "
        '"{path}"}`'
    )


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
