"""Encoded audio of single rows, read from Parquet a row group at a time."""

import os
from collections import OrderedDict
from typing import Any

import pyarrow.parquet as pq

from pipeline.storage import StoreOptions, configure, current_options
from training.data import dataset_files as store
from training.data.sampling import POOL_BYTES

BUDGET = POOL_BYTES * 4 // 3
"""More than a pool, which ends with a whole row group: less, and each clip would read one again."""


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
            configure(stores)
        self._forget()

    def _forget(self) -> None:
        self._process = os.getpid()
        self._files: dict[str, pq.ParquetFile] = {}
        self._groups: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._held = 0

    def __reduce__(self) -> tuple[type["AudioReader"], tuple[int, str | None, StoreOptions]]:
        return AudioReader, (self.budget, self.cache, current_options())

    def read(self, shard: str, row_group: int, row: int) -> bytes:
        """The encoded clip (FLAC or WAV) of one row."""
        if self._process != os.getpid():  # a forked worker must not share file positions
            self._forget()
        key = (shard, row_group)
        if key not in self._groups:
            if shard not in self._files:
                self._files[shard] = store.open_parquet(shard, self.cache)
            table = self._files[shard].read_row_group(row_group, columns=["audio.bytes"])
            chunks = table.column("audio")  # one, unless it holds over 2 GiB
            audio = chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()
            self._groups[key] = audio.field("bytes")
            self._held += table.nbytes
            while self._held > self.budget and len(self._groups) > 1:
                self._held -= self._groups.popitem(last=False)[1].nbytes
        self._groups.move_to_end(key)
        clip: bytes = self._groups[key][row].as_py()
        return clip
