"""The manifest's name, and the number by which a release knows whether it can read one."""

from pydantic import BaseModel

from pipeline.common.errors import DataError

MANIFEST = "manifest.json"

FORMAT = 1
"""Format of the manifests written here; raised whenever an earlier release could not read one."""


class _Format(BaseModel):
    """The one key that is read before the others are judged."""

    format: int = 1


def check_format(content: bytes, path: str) -> None:
    """Checks that this release can read a manifest.

    Args:
        content: Content of the manifest.
        path: Path of the manifest, for the message.

    Raises:
        DataError: A later release has written it.
        pydantic.ValidationError: It is no object in JSON.
    """
    found = _Format.model_validate_json(content).format
    if found > FORMAT:
        raise DataError(
            f"{path}: manifest format {found}, written by a later exhubert; this one reads up to "
            f"{FORMAT}: update exhubert, or build into another folder"
        )
