"""Files of a dataset folder, on disk or at a URL, read in place by ranges of bytes.

Arrow opens ``s3://``, ``gs://``, ``hdfs://`` and ``abfs://`` itself, with the credentials of the
environment, and ``fsspec+PROTOCOL://`` by whatever fsspec has installed. Options stand behind a
question mark: ``s3://bucket/dataset?endpoint_override=storage.example.org&region=eu-1``.
"""

import hashlib
import json
import shutil
import uuid
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from pipeline.common.errors import DataError, UsageError
from pipeline.storage.registry import is_remote

MANIFEST = "manifest.json"


def join(folder: str, path: str) -> str:
    """Location of a file below a folder; a URL's options stay behind its path.

    >>> join("s3://bucket/dataset?region=eu-1", "data/a.parquet")
    's3://bucket/dataset/data/a.parquet?region=eu-1'
    """
    if not is_remote(folder):
        return str(Path(folder, path))
    parts = urlsplit(folder)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{path}"))


def path_of(location: str) -> PurePosixPath:
    """The path in a location, for its names."""
    return PurePosixPath(urlsplit(location).path if is_remote(location) else location)


def absolute(location: str) -> str:
    """The location, wherever it is named from."""
    return location if is_remote(location) else str(Path(location).resolve())


def list_shards(dataset: str) -> list[str]:
    """Locations of all ``data/<corpus>/<name>.parquet``, sorted.

    Raises:
        UsageError: The URL cannot be opened, or is not allowed to be.
        DataError: The shards are not those that the dataset's manifest lists, if it has one.
    """
    sizes = _shard_sizes(dataset)
    content = read(dataset, MANIFEST) if sizes else None
    if content is not None:
        _check_shards(join(dataset, MANIFEST), content, sizes)
    return sorted(join(dataset, shard) for shard in sizes)


def _shard_sizes(dataset: str) -> dict[str, int]:
    """Bytes of each shard, by its path in the dataset."""
    if not is_remote(dataset):
        shards = Path(dataset).glob("data/*/*.parquet")
        return {path.relative_to(dataset).as_posix(): path.stat().st_size for path in shards}
    filesystem, root = _open(dataset)
    try:
        found = filesystem.get_file_info(
            fs.FileSelector(f"{root.rstrip('/')}/data", allow_not_found=True, recursive=True)
        )
    except OSError as error:
        raise UsageError(f"{dataset}: can't be listed: {_first_line(error)}") from error
    paths = {PurePosixPath(entry.path): entry.size for entry in found}
    return {
        f"data/{path.parent.name}/{path.name}": size
        for path, size in paths.items()
        if path.suffix == ".parquet"
    }


def _check_shards(manifest: str, content: bytes, sizes: dict[str, int]) -> None:
    """Compares the shards that are there with those that the manifest lists."""
    try:
        corpora = json.loads(content)["corpora"].values()
        listed = {shard["path"]: shard["bytes"] for corpus in corpora for shard in corpus["shards"]}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            f"{manifest}: no manifest as `exhubert build` writes it: {error}"
        ) from error
    problems = {
        "missing": listed.keys() - sizes.keys(),
        "not of the size there": {
            shard for shard in listed.keys() & sizes.keys() if listed[shard] != sizes[shard]
        },
        "not listed": sizes.keys() - listed.keys(),
    }
    wrong = [
        f"{len(shards)} {what}, {min(shards)} first" for what, shards in problems.items() if shards
    ]
    if wrong:
        raise DataError(
            f"{manifest}: it lists {len(listed)} shards, but of those in the folder "
            f"{'; '.join(wrong)}: copy the dataset again, or finish its build"
        )


def read(dataset: str, name: str) -> bytes | None:
    """Content of a small file of a dataset; None where there is none.

    Raises:
        UsageError: The URL cannot be opened, or is not allowed to be.
    """
    if not is_remote(dataset):
        file = Path(dataset, name)
        return file.read_bytes() if file.is_file() else None
    location = join(dataset, name)
    filesystem, path = _open(location)
    try:
        if filesystem.get_file_info(path).type != fs.FileType.File:
            return None
        with filesystem.open_input_stream(path) as stream:
            content: bytes = stream.read()
    except OSError as error:
        raise UsageError(f"{location}: can't be read: {_first_line(error)}") from error
    return content


def manifest_checksum(dataset: str | Path) -> str | None:
    """SHA-256 of a dataset's manifest, on disk or at a URL; ``None`` if it has none."""
    manifest = read(str(dataset), MANIFEST)
    return None if manifest is None else hashlib.sha256(manifest).hexdigest()


def identity(dataset: str | Path) -> str:
    """What tells a dataset from others: its manifest's checksum, without one where it is."""
    return manifest_checksum(dataset) or absolute(str(dataset))


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
    filesystem, path = _open(location)
    return pq.ParquetFile(filesystem.open_input_file(path), pre_buffer=True)


def worker_context(locations: list[str]) -> str | None:
    """How worker processes that read these must start: the clients of object stores can't fork."""
    return "spawn" if any(map(is_remote, locations)) else None


def _open(location: str) -> tuple[fs.FileSystem, str]:
    try:
        filesystem, path = fs.FileSystem.from_uri(location)
    except (pa.ArrowException, ImportError, OSError, ValueError) as error:
        raise UsageError(
            f"{location}: can't be opened: {_first_line(error)}; expected a folder, or a URL of "
            "s3, gs, hdfs, abfs or fsspec+PROTOCOL"
        ) from error
    return filesystem, path


def _fetch(location: str, cache: Path) -> Path:
    """A local copy, made once: of another size or age it is another file."""
    filesystem, path = _open(location)
    info = filesystem.get_file_info(path)
    key = f"{location} {info.size} {info.mtime_ns}"
    name = f"{hashlib.sha256(key.encode()).hexdigest()[:16]}-{path_of(location).name}"
    target = cache / name
    if not target.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        aside = cache / f".{name}.{uuid.uuid4().hex}"
        try:
            with filesystem.open_input_stream(path) as source, aside.open("wb") as copy:
                shutil.copyfileobj(source, copy, 16 * 2**20)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
    return target


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
