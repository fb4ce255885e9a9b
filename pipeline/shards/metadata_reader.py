"""Metadata of a dataset's rows, read without their audio."""

from functools import partial

import pandas as pd
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from pipeline.schema.columns import indexed_columns
from pipeline.schema.record import COLUMNS
from pipeline.shards.receipts import ShardReceipt, shard_path
from pipeline.storage import files as storage

METADATA = list(indexed_columns(COLUMNS, "statistics"))
"""Columns that statistics are made from; audio is not among them."""


def read_metadata(output: str, receipts: list[ShardReceipt]) -> pd.DataFrame:
    """Metadata of all rows, with the shard of each.

    Raises:
        DataError: A shard is missing or holds another number of rows than its receipt says.
    """
    stored = [receipt for receipt in receipts if receipt.size]
    frames = storage.map_files(output, partial(_read_columns, output), stored)
    if not frames:
        return pd.DataFrame(columns=[*METADATA, "shard"])
    return pd.concat(frames, ignore_index=True)


def _read_columns(output: str, receipt: ShardReceipt) -> pd.DataFrame:
    path = shard_path(output, receipt.shard)
    try:
        with storage.open_file(path, receipt.size) as file:
            frame: pd.DataFrame = pq.ParquetFile(file).read(METADATA).to_pandas()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable shard: {error}; build again") from None
    if len(frame) != receipt.rows:
        raise DataError(f"{path}: {len(frame)} rows, but {receipt.rows} were written; build again")
    return frame.assign(shard=receipt.shard)
