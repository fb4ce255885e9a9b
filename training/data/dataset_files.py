"""Which shards a dataset has, on disk or at a URL, held against its manifest."""

import re
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs

from pydantic import BaseModel

from pipeline.common.errors import DataError, UsageError
from pipeline.storage import StoreOptions, open_store
from pipeline.storage import files as storage
from pipeline.storage.folder_lock import check_unlocked
from pipeline.storage.registry import is_remote
from training.data.manifest import content_checksum, manifest_path, read_manifest

_OLD_OPTIONS = re.compile(
    r"\?(?=(?:.*&)?(?:endpoint_override|region|scheme|access_key|retry_limit_seconds)=)"
)
"""Where options stood behind the path of a URL, as Arrow spells them."""


class _Shard(BaseModel):
    path: str
    bytes: int


class _Corpus(BaseModel):
    shards: list[_Shard] = []


class _Corpora(BaseModel):
    """The part of a manifest that lists shards."""

    corpora: dict[str, _Corpus] = {}


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
    manifest = read_manifest(dataset, _Corpora)
    if manifest is not None:
        _check_shards(dataset, manifest, sizes)
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


def _check_shards(dataset: str, manifest: _Corpora, sizes: dict[str, int]) -> None:
    """Compares the shards that are there with those that the manifest lists."""
    corpora = manifest.corpora.values()
    listed = {shard.path: shard.bytes for corpus in corpora for shard in corpus.shards}
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
            f"{manifest_path(dataset)}: it lists {len(listed)} shards, but of those in the folder "
            f"{'; '.join(wrong)}: copy the dataset again, or finish its build"
        )


def identity(dataset: str | Path, protocol: str | None = None) -> str:
    """What tells a dataset from others: its :func:`content_checksum`, else where it is."""
    return content_checksum(dataset, protocol) or absolute(str(dataset))
