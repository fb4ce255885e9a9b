"""What a batch is between two steps: bytes for workers elsewhere, a place in a file for those here.

A local runner holds all that is on its way in the driver's memory, and hands a worker its half of
it in one piece. Told places, it needs hardly more for a million clips than for ten thousand.
"""

import os
import pickle
import threading
import uuid
from pathlib import Path
from typing import Any

import pyarrow as pa


class Exchange:
    """Packs batches to be sent to another step, and unpacks them there. Only metadata is sent.

    Sent to a worker, it keeps what it packs in a file of its own.
    """

    def __init__(self, folder: str | None = None) -> None:
        """Keeps batches in a folder that all workers see; without one they travel themselves."""
        self.folder = folder
        self._name = f"batches-{uuid.uuid4().hex}"
        self._end = 0
        self._appending = threading.Lock()

    def pack(self, batch: object) -> bytes:
        """A batch as it is sent: compressed, to about a tenth, or where that has been put."""
        content = pickle.dumps(batch, protocol=5)
        size = len(content).to_bytes(8, "big")
        packed: bytes = size + pa.compress(content, codec="zstd", asbytes=True)
        return packed if self.folder is None else self._put(packed, self.folder)

    def unpack(self, packed: bytes) -> Any:
        """The batch that this worker, or another of the same build, has packed."""
        if self.folder is not None:
            packed = _get(packed, self.folder)
        size = int.from_bytes(packed[:8], "big")
        content = pa.decompress(packed[8:], decompressed_size=size, codec="zstd", asbytes=True)
        return pickle.loads(content)  # from our own workers alone, never from a dataset

    def _put(self, packed: bytes, folder: str) -> bytes:
        with self._appending, Path(folder, self._name).open("ab", buffering=0) as file:
            start = self._end
            self._end += file.write(packed)
        return f"{self._name} {start} {len(packed)}".encode()

    def __reduce__(self) -> tuple[type["Exchange"], tuple[str | None]]:
        return Exchange, (self.folder,)


def _get(place: bytes, folder: str) -> bytes:
    name, start, size = place.decode().split()
    with Path(folder, name).open("rb", buffering=0) as file:
        return os.pread(file.fileno(), int(size), int(start))
