"""The manifest of a dataset, as far as training reads it, and what tells datasets apart by it."""

import hashlib
import json
from dataclasses import fields
from pathlib import Path

from pydantic import BaseModel, ValidationError

from pipeline.common.errors import DataError
from pipeline.common.manifest_format import MANIFEST, check_format
from pipeline.common.release import Release
from pipeline.splits.protocols.statement import ProtocolStatements
from pipeline.storage import files as storage

_RELEASE = {field.name for field in fields(Release)}
"""Keys of the manifest that say what a dataset is called."""


class Shard(BaseModel):
    """A shard: its path in the dataset, and its size."""

    path: str
    bytes: int


class Corpus(BaseModel):
    """A corpus: its shards, and whether it may be passed on, if that is stated."""

    shards: list[Shard] = []
    redistribute: bool | None = None


class DuplicateSearch(BaseModel):
    """A search for near-duplicates: the corpora that came, or changed, since."""

    unsearched: list[str]


class Manifest(BaseModel):
    """The parts of a manifest that are read here; others are passed over."""

    corpora: dict[str, Corpus] = {}
    protocols: ProtocolStatements = {}
    near_duplicates: DuplicateSearch | None = None


def manifest_path(dataset: str | Path) -> str:
    """The path of the manifest of a dataset."""
    return storage.join(str(dataset), MANIFEST)


def read_manifest(dataset: str | Path) -> Manifest | None:
    """Reads the manifest of a dataset, on disk or at a URL; None where it has none.

    Raises:
        DataError: It is damaged, or a later release has written it.
    """
    path = manifest_path(dataset)
    content = storage.read(path)
    if content is None:
        return None
    try:
        check_format(content, path)
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(map(str, fault["loc"]))
        reason = f"{key}: {fault['msg']}" if key else fault["msg"]
        raise DataError(f"{path}: no manifest as `exhubert build` writes it: {reason}") from None


def manifest_checksum(dataset: str | Path) -> str | None:
    """SHA-256 of a dataset's manifest, on disk or at a URL; ``None`` if it has none."""
    content = storage.read(manifest_path(dataset))
    return None if content is None else hashlib.sha256(content).hexdigest()


def content_checksum(dataset: str | Path, protocol: str | None = None) -> str | None:
    """SHA-256 of a dataset's manifest, but for protocols, which may be added at any time.

    Title, version and date don't count either: they may change where no clip does.

    Args:
        dataset: Folder or URL.
        protocol: The one whose folds matter, too.

    Returns:
        None if it has no manifest.
    """
    content = storage.read(manifest_path(dataset))
    if content is None:
        return None
    try:
        manifest = json.loads(content)
        protocols = manifest.pop("protocols", {})
        if protocol in protocols:
            manifest["protocols"] = {protocol: protocols[protocol]}
        manifest = {key: value for key, value in manifest.items() if key not in _RELEASE}
    except (ValueError, TypeError, AttributeError, RecursionError):  # reported by read_manifest
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
