"""Encoded audio of single rows, read from Parquet a row group at a time."""

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from pipeline.storage import StoreOptions, configure_stores, current_options
from training.data.sampling import POOL_BYTES
from training.data.shard_files import open_parquet, translated

BUDGET = POOL_BYTES * 4 // 3
"""More than a pool, which ends with a whole row group: less, and each clip would read one again."""


class ClipLocation(NamedTuple):
    """The place of an utterance's audio, and its id and checksum.

    Attributes:
        shard: Path or URL.
        row_group: Number of the row group in the shard.
        row: Number of the row in the row group.
        id: Of the utterance.
        audio_xxh3: Checksum of its samples; None where the dataset has none.
    """

    shard: str
    row_group: int
    row: int
    id: str
    audio_xxh3: str | None


def clip_locations(index: pd.DataFrame) -> list[ClipLocation]:
    """The place of the audio of each row of an index."""
    sums = index["audio_xxh3"].astype(object).where(index["audio_xxh3"].notna(), None)
    columns = [index[name].tolist() for name in ("shard", "row_group", "row", "id")]
    return [ClipLocation(*location) for location in zip(*columns, sums.tolist(), strict=True)]


class AudioReader:
    """Reads the encoded audio of rows, keeping the row groups read last.

    It can be sent to worker processes: files are opened where they are read.
    """

    def __init__(
        self,
        budget: int = BUDGET,
        cache: str | None = None,
        stores: StoreOptions | None = None,
    ) -> None:
        """Keeps row groups; opens nothing.

        Args:
            budget: Most bytes of encoded audio that are kept; one row group is kept in any case.
            cache: Folder for copies of shards at URLs; None reads them where they are.
            stores: How to reach stores from here on; None for how this process does already.
        """
        self.budget = budget
        self.cache = cache
        if stores is not None:
            configure_stores(
                stores, have_answered=True
            )  # the process that sent this has read the index
        self._forget()

    def _forget(self) -> None:
        self._process = os.getpid()
        self._files: dict[str, pq.ParquetFile] = {}
        self._groups: OrderedDict[tuple[str, int], _RowGroup] = OrderedDict()
        self._held = 0

    def __reduce__(self) -> tuple[type["AudioReader"], tuple[int, str | None, StoreOptions]]:
        return AudioReader, (self.budget, self.cache, current_options())

    def read(self, location: ClipLocation) -> bytes:
        """The encoded clip (FLAC or WAV) of one row.

        Raises:
            DataError: Another clip stands there now, since the dataset was written to after its
                index was read; or the shard is missing or damaged.
        """
        if self._process != os.getpid():  # a forked worker must not share file positions
            self._forget()
        key = (location.shard, location.row_group)
        if key not in self._groups:
            group = self._load(*key)
            self._groups[key] = group
            self._held += group.size
            while self._held > self.budget and len(self._groups) > 1:
                self._held -= self._groups.popitem(last=False)[1].size
        self._groups.move_to_end(key)
        return self._groups[key].clip(location)

    def _load(self, shard: str, row_group: int) -> "_RowGroup":
        with translated(shard):
            if shard not in self._files:
                self._files[shard] = open_parquet(shard, self.cache)
            file = self._files[shard]
            if row_group >= file.num_row_groups:
                return _RowGroup(pa.table({name: [] for name in ("id", "audio_xxh3")}), [], 0)
            table = file.read_row_group(row_group, columns=["id", "audio_xxh3", "audio.bytes"])
        chunks = table.column("audio")  # one, unless it holds over 2 GiB
        audio = chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()
        return _RowGroup(table, audio.field("bytes"), table.nbytes)


@dataclass(frozen=True)
class _RowGroup:
    """A row group in memory.

    Attributes:
        table: With ``id`` and ``audio_xxh3``.
        audio: The encoded clip of each row.
        size: In bytes.
    """

    table: pa.Table
    audio: Any
    size: int

    def clip(self, location: ClipLocation) -> bytes:
        row = location.row
        there = row < self.table.num_rows
        found = self.table["id"][row].as_py() if there else None
        audio_xxh3 = self.table["audio_xxh3"][row].as_py() if there else None
        if found != location.id or (location.audio_xxh3 and audio_xxh3 != location.audio_xxh3):
            now = "nothing" if found is None else found
            now = "other audio of it" if found == location.id else now
            raise DataError(
                f"{location.shard}: {now} stands where {location.id} was: the dataset was written "
                "to after its index was read; start again, and write to no dataset that is being "
                "read"
            )
        clip: bytes = self.audio[row].as_py()
        return clip
