"""Some rows of a dataset: found by a condition, and their clips as files."""

import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile

from pipeline.audio.encoding import encode
from pipeline.audio.options import Codec
from pipeline.common.errors import DataError
from pipeline.common.untrusted_text import csv_cell
from pipeline.dataset.manifest import Manifest
from pipeline.schema.record import CLASSES, RECORD
from pipeline.shards.metadata_reader import read_shard_table
from pipeline.shards.receipts import shard_path
from pipeline.shards.row_filter import CLASS_NAME, frame_where
from pipeline.storage import files as storage

SHOWN = tuple(name for name in RECORD.names if name != "audio")
"""Columns of the record that are metadata."""

_LISTS = tuple(field.name for field in RECORD if pa.types.is_list(field.type))

_UNSAFE = re.compile(r"[\x00-\x1f\x7f]|%(?=[01][0-9A-F]|7F|25)")
"""Control characters, and a ``%`` that would read as one of them written out."""

INDEX_FILE = "metadata.csv"
"""Table of the clips in a folder of files, as ``datasets`` reads it beside them (audiofolder)."""


def find_rows(
    output: str,
    manifest: Manifest,
    where: str | None = None,
    columns: Sequence[str] = SHOWN,
) -> pd.DataFrame:
    """Rows of a dataset, without their audio.

    Args:
        output: The dataset folder.
        manifest: Manifest of the dataset.
        where: A condition as for :func:`pipeline.shards.row_filter.rows_where`; None for all rows.
        columns: Columns of :data:`SHOWN` to read, ``label`` among them; a condition may name no
            others.

    Returns:
        These columns, ``class_name``, and the location of the clip: ``shard`` (its
        name), ``row_group`` and ``row`` (within the group). In the order of corpora and shards.

    Raises:
        UsageError: The condition is none.
        DataError: A shard is missing or damaged.
    """
    shards = [shard for corpus in manifest.corpora.values() for shard in corpus.shards]
    read = partial(_read_rows, output, columns)
    tables = storage.map_files(output, read, [(shard.name, shard.bytes) for shard in shards])
    rows = pa.concat_tables(tables).to_pandas() if tables else _no_rows(columns)
    if where is not None:
        rows = frame_where(rows, where).reset_index(drop=True)
    return rows.assign(**{CLASS_NAME: rows["label"].map(dict(enumerate(CLASSES)))})


def read_clips(output: str, rows: pd.DataFrame) -> Iterator[tuple[str, bytes]]:
    """Ids and files of clips, each row group read once.

    Args:
        output: The dataset folder.
        rows: Rows from :func:`find_rows`, in their order.

    Raises:
        DataError: A shard is missing, damaged, or not the one that the rows were read from.
    """
    for shard, of_shard in rows.groupby("shard", sort=False):
        path = shard_path(output, str(shard))
        try:
            with storage.open_file(path) as stream, pq.ParquetFile(stream) as file:
                for number, group in of_shard.groupby("row_group", sort=False):
                    table = file.read_row_group(int(str(number)), columns=["id", "audio"])
                    yield from _clips_of(table, group, path)
        except (OSError, ValueError, IndexError, pa.ArrowException) as error:
            raise DataError(f"{path}: can't be read: {error}; see: exhubert verify") from None


def _clips_of(table: pa.Table, rows: pd.DataFrame, path: str) -> Iterator[tuple[str, bytes]]:
    for clip, position in zip(rows["id"], rows["row"], strict=True):
        row = table.slice(int(position), 1).to_pylist()
        if not row or row[0]["id"] != clip:
            raise DataError(f"{path}: {clip} is not where it was: the dataset has changed")
        yield clip, row[0]["audio"]["bytes"]


def write_files(
    output: str,
    rows: pd.DataFrame,
    folder: Path,
    codec: Codec | None = None,
    on_clip: Callable[[], object] = lambda: None,
) -> list[str]:
    """Writes clips as files that are named by their ids.

    Args:
        output: The dataset folder.
        rows: Rows from :func:`find_rows`.
        folder: Folder to write to; made if it is missing.
        codec: Codec of the files; None for that of the dataset.
        on_clip: Called after each clip.

    Returns:
        The path of each row's file below the folder.

    Raises:
        DataError: A shard can't be read, or an id leads out of the folder.
    """
    names = []
    for clip, content in read_clips(output, rows):
        stored, content = to_codec(content, codec)
        name = f"{_file_name(clip)}.{stored}"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        names.append(name)
        on_clip()
    return names


def write_table(rows: pd.DataFrame, names: Sequence[str], file: Path) -> None:
    """Writes a table of clips, ``metadata.csv``, which ``datasets`` reads beside their files.

    Args:
        rows: Rows from :func:`find_rows`.
        names: Path of each row's file below the folder of the table: the column ``file_name``.
        file: The table.
    """
    table = rows.drop(columns=["shard", "row_group", "row"]).copy()
    for column in _LISTS:
        table[column] = [cell_text(value) for value in table[column]]
    table.insert(0, "file_name", list(names))
    file.parent.mkdir(parents=True, exist_ok=True)
    table.map(csv_cell).to_csv(file, index=False)


def _read_rows(output: str, columns: Sequence[str], shard: tuple[str, int]) -> pa.Table:
    name, size = shard
    table = read_shard_table(shard_path(output, name), columns, size, older=True)
    return table.drop_columns("group_bytes").append_column("shard", pa.repeat(name, len(table)))


def _no_rows(columns: Sequence[str]) -> pd.DataFrame:
    names = [*columns, "shard", "row_group", "row"]
    return pd.DataFrame({name: pd.Series(dtype="object") for name in names})


def as_wav(content: bytes) -> bytes:
    """A clip's file as WAV."""
    return to_codec(content, "wav")[1]


def to_codec(content: bytes, codec: Codec | None) -> tuple[Codec, bytes]:
    """The codec of a clip's file, and the file in it.

    Args:
        content: The file as the dataset has it.
        codec: Lossless codec to convert to; None for the one it has.
    """
    stored: Codec = "wav" if content[:4] == b"RIFF" else "flac"
    if codec is None or codec == stored:
        return stored, content
    samples, _ = soundfile.read(io.BytesIO(content), dtype="int16")
    return codec, encode(samples, codec)


def _file_name(clip: str) -> str:
    r"""The id of a clip as the path of a file, on one line whatever the corpus has called it.

    Lists of files, such as Kaldi's, end at line ends, and what stands behind one may be a command.

    Raises:
        DataError: It would lead out of the folder.

    >>> _file_name("tones/a\n100%.wav")
    'tones/a%0A100%.wav'
    """
    path = PurePosixPath(clip)
    if path.is_absolute() or ".." in path.parts or "\\" in clip or "\0" in clip:
        raise DataError(f"the id {clip!r} is no path below a folder")
    return _UNSAFE.sub(lambda sign: f"%{ord(sign[0]):02X}", str(path))


def cell_text(value: object) -> str:
    """A value of the record as text, lists of pairs as ``anger=2; neutral=1``; empty if unknown."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, np.ndarray | list):
        return "; ".join(map(cell_text, value))
    if isinstance(value, dict):
        return "=".join(map(cell_text, value.values()))
    return str(value)
