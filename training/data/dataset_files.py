"""Files of a dataset folder, on disk or at a URL, read in place by ranges of bytes."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import DataError, UsageError
from pipeline.common.release import Release
from pipeline.storage import StoredFile, StoreOptions, open_store
from pipeline.storage import files as storage
from pipeline.storage.folder_lock import check_unlocked
from pipeline.storage.registry import is_remote

MANIFEST = "manifest.json"

_RELEASE = {field.name for field in fields(Release)}
"""Keys of the manifest that say what a dataset is called."""

_PART = 16 << 20  # bytes of a shard that are fetched and copied at a time

_OLD_OPTIONS = re.compile(
    r"\?(?=(?:.*&)?(?:endpoint_override|region|scheme|access_key|retry_limit_seconds)=)"
)
"""Where options stood behind the path of a URL, as Arrow spells them."""


def path_of(location: str) -> PurePosixPath:
    """The path in a location, for its names."""
    return PurePosixPath(location.partition("://")[2] if is_remote(location) else location)


def absolute(location: str) -> str:
    """The location, wherever it is named from."""
    return location if is_remote(location) else str(Path(location).resolve())


def list_shards(dataset: str) -> list[str]:
    """Locations of all ``data/<corpus>/<name>.parquet``, sorted.

    Raises:
        UsageError: The URL cannot be opened, or is not allowed to be.
        DataError: The shards are not those that the dataset's manifest lists, if it has one; or
            someone is writing to the dataset.
    """
    sizes = _shard_sizes(dataset)
    check_unlocked(dataset)
    content = storage.read(storage.join(dataset, MANIFEST)) if sizes else None
    if content is not None:
        _check_shards(storage.join(dataset, MANIFEST), content, sizes)
    return sorted(storage.join(dataset, shard) for shard in sizes)


def _shard_sizes(dataset: str) -> dict[str, int]:
    """Bytes of each shard, by its path in the dataset."""
    if not is_remote(dataset):
        shards = Path(dataset).glob("data/*/*.parquet")
        return {path.relative_to(dataset).as_posix(): path.stat().st_size for path in shards}
    _refuse_old_options(dataset)
    try:
        found = list(open_store(dataset).list(storage.join(dataset, "data")))
    except OSError as error:
        raise UsageError(f"{dataset}: can't be listed: {error}") from error
    return {
        f"data/{file.path}": file.size
        for file in found
        if re.fullmatch(r"[^/]+/[^/]+\.parquet", file.path)
    }


def _refuse_old_options(dataset: str) -> None:
    """Says how options are spelled that a URL holds, or a user in front of a bucket."""
    url, *query = _OLD_OPTIONS.split(dataset, maxsplit=1)
    anonymous = url.startswith("gs://anonymous@")
    if not query and not anonymous:
        return
    given = {name: values[-1] for name, values in parse_qs("".join(query)).items()}
    host = given.get("endpoint_override", "")
    scheme = given.get("scheme", "https")
    options = StoreOptions(
        s3_endpoint_url=host if is_remote(host) or not host else f"{scheme}://{host}",
        s3_region_name=given.get("region"),
        no_auth=anonymous,
    )
    words = [url.replace("gs://anonymous@", "gs://"), *options.to_arguments()]
    if url.startswith("gs://"):
        words = [word for word in words if not word.startswith("--s3_")]
    raise UsageError(
        f"{dataset}: the options of a store stand beside the URL, as for every command: "
        f"{' '.join(words)}; or set AWS_ENDPOINT_URL and AWS_DEFAULT_REGION, or "
        "STORAGE_EMULATOR_HOST"
    )


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


def manifest_checksum(dataset: str | Path) -> str | None:
    """SHA-256 of a dataset's manifest, on disk or at a URL; ``None`` if it has none."""
    manifest = storage.read(storage.join(str(dataset), MANIFEST))
    return None if manifest is None else hashlib.sha256(manifest).hexdigest()


def content_checksum(dataset: str | Path, protocol: str | None = None) -> str | None:
    """SHA-256 of a dataset's manifest, but for protocols, which may be added at any time.

    Title, version and date don't count either: they may change where no clip does.

    Args:
        dataset: Folder or URL.
        protocol: The one whose folds matter, too.

    Returns:
        None if it has no manifest.
    """
    content = storage.read(storage.join(str(dataset), MANIFEST))
    if content is None:
        return None
    try:
        manifest = json.loads(content)
        protocols = manifest.pop("protocols", {})
        if protocol in protocols:
            manifest["protocols"] = {protocol: protocols[protocol]}
        manifest = {key: value for key, value in manifest.items() if key not in _RELEASE}
    except (ValueError, TypeError, AttributeError, RecursionError):  # reported by list_shards
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def identity(dataset: str | Path, protocol: str | None = None) -> str:
    """What tells a dataset from others: its :func:`content_checksum`, else where it is."""
    return content_checksum(dataset, protocol) or absolute(str(dataset))


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
