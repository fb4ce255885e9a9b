"""Encoding of batches of clips and utterances between steps.

On other runners a batch travels as compressed bytes. On this machine it is kept in a file that all
workers see, and travels as its offset there: Beam's local runner holds all that is on its way in
the driver's memory, and hands each worker its part in one piece.
"""

import os
import pickle
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from apache_beam.coders import Coder, registry

from pipeline.planning.batches import ClipBatch, UtteranceBatch
from pipeline.planning.corpus_plan import CorpusPlan

_FOLDER: ContextVar[str | None] = ContextVar("spill_folder", default=None)

_TYPICAL_SIZE = 50_000  # bytes of a batch, as stated to Beam, which would else encode it


@dataclass(frozen=True)
class BatchOrPlan:
    """A batch, or the plan of its corpus: one type, since Beam pickles values of several."""

    batch: UtteranceBatch | None = None
    plan: CorpusPlan | None = None


@contextmanager
def spill_to(folder: str | None) -> Iterator[None]:
    """Has coders of the pipelines that are made meanwhile keep batches in files of a folder.

    Args:
        folder: One that all workers see; None to send batches themselves.
    """
    before = _FOLDER.set(folder)
    try:
        yield
    finally:
        _FOLDER.reset(before)


class BatchCoder(Coder):
    """Encodes batches; each copy of a coder that spills appends to a file of its own."""

    def __init__(self, folder: str | None = None) -> None:
        """Spills to a folder; where none is given, to that of :func:`spill_to`, if any."""
        self.folder = folder or _FOLDER.get()
        self._name = f"batches-{uuid.uuid4().hex}"
        self._end = 0
        self._appending = threading.Lock()

    def encode(self, value: object) -> bytes:
        """A batch as it is sent: compressed, to about a tenth, or where that has been put."""
        content = pickle.dumps(value, protocol=5)
        size = len(content).to_bytes(8, "big")
        packed: bytes = size + pa.compress(content, codec="zstd", asbytes=True)
        return packed if self.folder is None else self._append(packed, self.folder)

    def decode(self, encoded: bytes) -> Any:
        """The batch that this worker, or another of the same build, has encoded."""
        packed = encoded if self.folder is None else _read(encoded, self.folder)
        size = int.from_bytes(packed[:8], "big")
        content = pa.decompress(packed[8:], decompressed_size=size, codec="zstd", asbytes=True)
        return pickle.loads(content)  # from our own workers alone, never from a dataset

    def is_deterministic(self) -> bool:
        """Whether equal batches are encoded equally, as keys would have to be: no."""
        return False

    def estimate_size(self, value: object) -> int:
        """About the size in bytes; a batch must not be encoded, and thereby spilled, for it."""
        return _TYPICAL_SIZE

    def _append(self, packed: bytes, folder: str) -> bytes:
        with self._appending, Path(folder, self._name).open("ab", buffering=0) as file:
            start = self._end
            self._end += file.write(packed)
        return f"{self._name} {start} {len(packed)}".encode()

    def __reduce__(self) -> tuple[type["BatchCoder"], tuple[str | None]]:
        return BatchCoder, (self.folder,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BatchCoder) and self.folder == other.folder

    def __hash__(self) -> int:
        return hash((BatchCoder, self.folder))


def _read(offset: bytes, folder: str) -> bytes:
    name, start, size = offset.decode().split()
    with Path(folder, name).open("rb", buffering=0) as file:
        return os.pread(file.fileno(), int(size), int(start))


for _batch in (ClipBatch, UtteranceBatch, BatchOrPlan):
    registry.register_coder(_batch, BatchCoder)
