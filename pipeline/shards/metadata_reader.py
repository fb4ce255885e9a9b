"""Metadata of a dataset's rows, read without their audio."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.count import count
from pipeline.common.errors import DataError
from pipeline.schema.columns import indexed_columns
from pipeline.schema.record import COLUMNS, RECORD
from pipeline.shards.receipts import ShardReceipt, shard_path
from pipeline.storage import files as storage

METADATA = list(indexed_columns(COLUMNS, "statistics"))
"""Columns that statistics are made from; audio is not among them."""


_FIRST_COLUMNS = {"id", "corpus", "split", "audio"}
"""Columns without which a file was never a shard."""


def read_metadata(output: str, receipts: list[ShardReceipt]) -> pd.DataFrame:
    """Metadata of all rows, with the shard of each.

    Raises:
        DataError: A shard is missing or holds another number of rows than its receipt says.
    """
    stored = [receipt for receipt in receipts if receipt.size]
    tables = storage.map_files(output, partial(_read_metadata, output), stored)
    if not tables:
        return pd.DataFrame(columns=[*METADATA, "shard"])
    frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    return frame


def read_shard_metadata(path: str, columns: Sequence[str], older: bool = False) -> pd.DataFrame:
    """As :func:`read_shard_table`, as a frame."""
    frame: pd.DataFrame = read_shard_table(path, columns, older=older).to_pandas()
    return frame


def read_shard_table(
    path: str, columns: Sequence[str], size: int | None = None, older: bool = False
) -> pa.Table:
    """Some columns of a shard, and where each row lies in it; no audio is read.

    Args:
        path: Path or URL of the shard.
        columns: The columns.
        size: Size of the shard in bytes; None if unknown.
        older: Whether it may be of an earlier release with fewer columns; those that it lacks are
            null in all rows.

    Returns:
        The columns, and ``row_group``, ``row`` (within the group) and ``group_bytes`` (size of the
        group, uncompressed). As Arrow has them: to join many shards in pandas takes as long again.

    Raises:
        DataError: It is missing, damaged, or no shard of a dataset.
    """
    try:
        with storage.open_file(path, size) as stream, pq.ParquetFile(stream) as file:
            names = set(file.schema_arrow.names)
            lacking = [name for name in columns if name not in names]
            if lacking and not (older and names >= _FIRST_COLUMNS):
                raise DataError(f"{path}: not a shard of this dataset: no column {lacking[0]!r}")
            table = file.read([name for name in columns if name in names])
            table = table.cast(pa.schema([RECORD.field(name) for name in table.column_names]))
            groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{path}: not a shard of this dataset: {error}; build again") from None
    rows = [group.num_rows for group in groups]
    located = {
        "row_group": np.repeat(np.arange(len(rows)), rows),
        "row": np.concatenate([np.arange(count) for count in [0, *rows]]),
        "group_bytes": np.repeat([group.total_byte_size for group in groups], rows),
    }
    for name in lacking:
        table = table.append_column(name, pa.nulls(len(table), RECORD.field(name).type))
    table = table.select(list(columns))
    for name, values in located.items():
        table = table.append_column(name, pa.array(values, pa.int64()))
    return table


def _read_metadata(output: str, receipt: ShardReceipt) -> pa.Table:
    path = shard_path(output, receipt.shard)
    table = read_shard_table(path, METADATA, receipt.size).select(METADATA)
    if len(table) != receipt.rows:
        raise DataError(
            f"{path}: {count(len(table), 'row')}, but {receipt.rows:,} expected; build again"
        )
    return table.append_column("shard", pa.repeat(receipt.shard, len(table)))
