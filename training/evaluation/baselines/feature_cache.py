"""Features of clips, kept from run to run: every fold and every model asks for them again.

They are found by the checksum of the samples, so that they outlive a rebuilt dataset and never
serve another clip. New ones are a file more and none is rewritten, so that processes can add to
them side by side, and a run that ends early keeps what it has written. Features of several layers
stand in a column each, so that one of them can be read alone.
"""

import warnings
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from pipeline.common.errors import DataError
from pipeline.storage.files import atomic_path

Features = npt.NDArray[np.float32]

BLOCK = 1024
"""Clips written at a time, all that is lost when a run is killed; of a large base 100 MB."""

_ROWS = 256  # clips read at a time

_CHECKSUM = "audio_xxh3"


class FeatureCache:
    """Features of one kind in a folder of their own."""

    def __init__(self, folder: Path | None, layers: int = 1) -> None:
        """Opens the cache; there need not be a folder yet.

        Args:
            folder: Named by all that decides the features; ``None`` to keep none.
            layers: How many layers the features of a clip have.
        """
        self._folder = folder
        self._layers = layers
        self._writable = folder is not None

    def checksums(self) -> set[str]:
        """Checksums of the samples of all clips that are there."""
        found: set[str] = set()
        for path in self._files():
            found.update(_checksums_in(path))
        return found

    def read(self, wanted: Collection[str], layer: int = 0) -> Iterator[tuple[str, Features]]:
        """Checksum and features ``(numbers,)`` of those clips that are there.

        Args:
            wanted: Checksums of their samples.
            layer: The layer that is read.
        """
        for path in self._files():
            if any(checksum in wanted for checksum in _checksums_in(path)):
                for checksum, features in self._read_file(path, layer):
                    if checksum in wanted:
                        yield checksum, features

    def write(self, features: Mapping[str, Features]) -> bool:
        """Adds the features of further clips, ``(layers, numbers)`` or ``(numbers,)`` of one layer.

        Returns:
            Whether they are kept: a folder that can't be written to is a warning, once.
        """
        if self._folder is None or not (self._writable and features):
            return False
        name = xxhash.xxh3_64_hexdigest("\n".join(sorted(features)).encode())
        path = self._folder / f"{name}.parquet"
        try:
            with atomic_path(path) as temporary:
                table = self._to_table(features)
                pq.write_table(table, temporary, row_group_size=_ROWS, compression="zstd")
        except OSError as error:
            reason = error.strerror or error
            warnings.warn(f"{path}: features are not kept: {reason}", stacklevel=2)
            self._writable = False
            return False
        return True

    def _files(self) -> list[Path]:
        """Those of this cache, and the one in which earlier releases kept all."""
        if self._folder is None:
            return []
        single = self._folder.with_name(f"{self._folder.name}.parquet")
        return [*([single] if single.is_file() else []), *sorted(self._folder.glob("*.parquet"))]

    def _to_table(self, features: Mapping[str, Features]) -> pa.Table:
        stacked = np.stack([one.reshape(self._layers, -1) for one in features.values()])
        columns = {
            _column(layer): pa.FixedSizeListArray.from_arrays(
                np.ascontiguousarray(stacked[:, layer]).reshape(-1), stacked.shape[2]
            )
            for layer in range(self._layers)
        }
        return pa.table({_CHECKSUM: pa.array(list(features), pa.string()), **columns})

    def _read_file(self, path: Path, layer: int) -> Iterator[tuple[str, Features]]:
        with pq.ParquetFile(path) as file:
            (*others, last) = [name for name in file.schema_arrow.names if name != _CHECKSUM]
            own = _column(layer) if others or last == _column(layer) else last
            for batch in file.iter_batches(_ROWS, columns=[_CHECKSUM, own]):
                lists = batch.column(own)
                values = lists.flatten().to_numpy().reshape(len(lists), -1)
                if own != _column(layer):  # of earlier releases: all layers in one column
                    values = np.split(values, self._layers, axis=1)[layer]
                yield from zip(batch.column(_CHECKSUM).to_pylist(), values, strict=True)


def _column(layer: int) -> str:
    return f"layer_{layer}"


def _checksums_in(path: Path) -> list[str]:
    try:
        checksums: list[str] = pq.read_table(path, columns=[_CHECKSUM])[_CHECKSUM].to_pylist()
    except (OSError, KeyError, pa.ArrowException) as error:
        raise DataError(f"{path}: no features of clips: {error}; delete it") from error
    return checksums
