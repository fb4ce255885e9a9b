"""Shards, on disk or at a URL, read in place by ranges of bytes or from a copy."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import DataError
from pipeline.storage import StoredFile, open_store
from pipeline.storage import files as storage
from pipeline.storage.registry import is_remote
from training.data.dataset_files import path_of

_PART = 16 << 20  # bytes of a shard that are fetched and copied at a time


def open_parquet(location: str, cache: str | None = None) -> pq.ParquetFile:
    """A shard, of which only what is asked for is read.

    Args:
        location: Path or URL.
        cache: Folder for a copy of a remote shard, fetched whole when it is first opened.
    """
    if not is_remote(location):
        return pq.ParquetFile(location)
    if cache is not None:
        return pq.ParquetFile(_fetch(location, Path(cache)))
    return pq.ParquetFile(storage.open_file(location), pre_buffer=True)


@contextmanager
def translated(location: str) -> Iterator[None]:
    """Turns what keeps a shard from being read into an error for the user.

    Raises:
        DataError: The shard is gone, damaged, or refused.
    """
    try:
        yield
    except (OSError, ValueError, pa.ArrowException) as error:
        told = str(getattr(error, "strerror", None) or error).strip().partition("\n")[0]
        raise DataError(
            f"{location}: can't be read: {told}; expected the shard that was listed there; "
            "exhubert verify DATASET names what is damaged: copy or build the dataset again"
        ) from error


def worker_context(locations: list[str]) -> str | None:
    """How worker processes that read these must start: the clients of object stores can't fork."""
    return "spawn" if any(map(is_remote, locations)) else None


def _fetch(location: str, cache: Path) -> Path:
    """A local copy, made once: of another size or content it is another file."""
    found = open_store(location).find(location)
    if found is None:
        raise DataError(f"{location}: is gone; expected the shard that was listed there")
    key = f"{location} {found.size} {found.version}"
    name = f"{hashlib.sha256(key.encode()).hexdigest()[:16]}-{path_of(location).name}"
    if not (cache / name).is_file():
        _copy(location, found, cache / name)
    return cache / name


def _copy(location: str, found: StoredFile, target: Path) -> None:
    store = open_store(location)
    with storage.atomic_path(target) as temporary, temporary.open("wb") as copy:
        for start in range(0, found.size, _PART):
            copy.write(store.read(location, start, min(start + _PART, found.size)))
