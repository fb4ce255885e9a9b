"""The manifest of a dataset: parts of it, and what tells datasets apart by it."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.common.errors import DataError
from pipeline.common.manifest_format import MANIFEST, check_format
from pipeline.common.release import Release
from pipeline.storage import files as storage

Part = TypeVar("Part", bound=BaseModel)

_RELEASE = {field.name for field in fields(Release)}
"""Keys of the manifest that say what a dataset is called."""


def manifest_path(dataset: str | Path) -> str:
    """The path of the manifest of a dataset."""
    return storage.join(str(dataset), MANIFEST)


def read_manifest(dataset: str | Path, part: type[Part]) -> Part | None:
    """Reads a part of the manifest of a dataset.

    Args:
        dataset: Folder or URL.
        part: The keys that are asked for; what others hold is not judged.

    Returns:
        None where there is no manifest.

    Raises:
        DataError: The manifest is damaged, or a later release has written it.
    """
    path = manifest_path(dataset)
    content = storage.read(path)
    if content is None:
        return None
    try:
        check_format(content, path)
        return part.model_validate_json(content)
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
    return None if content is None else _checksum_without(_RELEASE, content, protocol)


def earlier_checksums(dataset: str | Path, protocol: str | None = None) -> frozenset[str]:
    """What earlier releases would call a dataset as it is now, in place of its content's checksum.

    Of the whole manifest at first, later of all but protocols: runs, benchmarks and models that
    were begun then are still of this dataset.

    Args:
        dataset: Folder or URL.
        protocol: The one whose folds matter, too.
    """
    content = storage.read(manifest_path(dataset))
    if content is None:
        return frozenset()
    whole = hashlib.sha256(content).hexdigest()
    return frozenset({whole, _checksum_without((), content, protocol)})


def _checksum_without(keys: Collection[str], content: bytes, protocol: str | None) -> str:
    """SHA-256 of a manifest without some keys, and without all protocols but one."""
    try:
        manifest = json.loads(content)
        protocols = manifest.pop("protocols", {})
        if protocol in protocols:
            manifest["protocols"] = {protocol: protocols[protocol]}
        manifest = {key: value for key, value in manifest.items() if key not in keys}
    except (ValueError, TypeError, AttributeError, RecursionError):  # reported by read_manifest
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
