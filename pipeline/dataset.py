"""What lies in a dataset folder: the metadata of its rows, read without their audio."""

import io

import pandas as pd
import pyarrow.parquet as pq

from pipeline import storage
from pipeline.errors import DataError
from pipeline.receipts import Receipt, shard_path

METADATA = [
    "id",
    "corpus",
    "split",
    "speaker",
    "gender",
    "duration",
    "emotion",
    "label",
    "audio_xxh3",
    "flags",
    "gain_db",
    "source_sample_rate",
]
"""Columns that statistics are made from; audio is not among them."""


def read_metadata(output: str, receipts: list[Receipt]) -> pd.DataFrame:
    """Metadata of all rows, with the shard each stands in; no audio is read.

    Raises:
        DataError: A shard is missing or holds another number of rows than its receipt says.
    """
    frames = [
        _read_columns(output, receipt).assign(shard=receipt.shard)
        for receipt in receipts
        if receipt.size
    ]
    if not frames:
        return pd.DataFrame(columns=[*METADATA, "shard"])
    return pd.concat(frames, ignore_index=True)


def _read_columns(output: str, receipt: Receipt) -> pd.DataFrame:
    path = shard_path(output, receipt.shard)
    source: str | io.BytesIO = path
    if "://" in path:
        source = io.BytesIO(storage.read(path) or b"")
    try:
        frame: pd.DataFrame = pq.read_table(source, columns=METADATA).to_pandas()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable shard: {error}; build again") from None
    if len(frame) != receipt.rows:
        raise DataError(f"{path}: {len(frame)} rows, but {receipt.rows} were written; build again")
    return frame
