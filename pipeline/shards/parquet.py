"""Shards as Parquet files: the same bytes for the same rows."""

import io
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from xxhash import xxh3_128, xxh3_128_hexdigest

from pipeline.common.errors import DataError
from pipeline.schema.record import RECORD, Record
from pipeline.shards.receipts import shard_path
from pipeline.storage import files as storage

ROWS_PER_GROUP = 100
"""Rows of a Parquet row group: what a reader fetches to get at one clip."""


class FileFacts(NamedTuple):
    """Rows, size in bytes and XXH3-128 of a shard's file once it is written."""

    rows: int
    size: int
    xxh3: str


NO_FILE = FileFacts(0, 0, "")


def write_parquet(file: BinaryIO, tables: Iterable[pa.Table]) -> FileFacts:
    """Writes the content of a shard, each table as it comes, so that no shard is held whole.

    Args:
        file: File to write to.
        tables: Rows in order, in tables of any length.
    """
    columns = _parquet_columns()
    sink, rows = _CheckedFile(file), 0
    with pq.ParquetWriter(
        sink,
        RECORD,
        compression={name: "NONE" if name == "audio.bytes" else "SNAPPY" for name in columns},
        use_dictionary=[name for name in columns if name != "audio.bytes"],
        write_statistics=[name for name in columns if not name.startswith("audio.")],
        write_page_index=True,
    ) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)
            rows += len(table)
    return FileFacts(rows, sink.tell(), sink.digest.hexdigest())


class _CheckedFile(io.RawIOBase):
    """A file that is being written, with the checksum of what has been."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = 0
        self.digest = xxh3_128()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, content: Any) -> int:
        self.digest.update(content)
        written = self._file.write(content)
        self._size += written
        return written


def in_row_groups(records: Iterable[Record]) -> Iterator[pa.Table]:
    """Tables of one row group each, so that a shard's clips are held in one copy, not in three."""
    records = iter(records)
    while group := list(islice(records, ROWS_PER_GROUP)):
        yield pa.Table.from_pylist(group, RECORD)


def read_shard(output: str, shard: str, xxh3: str | None = None) -> pa.Table:
    """All rows of a shard, audio included; columns that an earlier release lacked are null.

    Args:
        output: The dataset folder.
        shard: Name of the shard, ``<corpus>/<split>-NNNNN-of-NNNNN``.
        xxh3: XXH3-128 that it must have; None if unknown.

    Raises:
        DataError: It is missing or damaged.
    """
    path = shard_path(output, shard)
    repair = "exhubert verify --repair DATASET, then build its corpus again"
    content = storage.read(path)
    if content is None:
        raise DataError(f"{path}: missing; {repair}")
    if xxh3 is not None and (found := xxh3_128_hexdigest(content)) != xxh3:
        raise DataError(f"{path}: damaged: XXH3 {found} where its receipt has {xxh3}; {repair}")
    try:
        return _with_all_columns(pq.read_table(io.BytesIO(content)))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: damaged: {error}; {repair}") from None


def _with_all_columns(table: pa.Table) -> pa.Table:
    for index, field in enumerate(RECORD):
        if field.name not in table.column_names:
            table = table.add_column(index, field, pa.nulls(table.num_rows, field.type))
    return table


@cache
def _parquet_columns() -> list[str]:
    """Paths of the Parquet columns of a record, nested ones included."""
    empty = pa.BufferOutputStream()
    pq.write_table(RECORD.empty_table(), empty)
    schema = pq.ParquetFile(pa.BufferReader(empty.getvalue())).schema
    return [schema.column(index).path for index in range(len(schema))]
