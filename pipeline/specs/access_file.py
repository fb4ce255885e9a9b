"""Files by which an open corpus is given out: where they are, how large, and their checksums."""

import re
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, model_validator

from pipeline.common.spec_model import SpecModel
from pipeline.common.urls import check_download_url

_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}

_LONGEST_NAME = 200


def _check_checksum(text: str) -> str:
    algorithm, _, digest = text.partition(":")
    digits = _DIGITS.get(algorithm)
    if digits is None or not re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", digest):
        known = ", ".join(f"{name}:<{count} digits>" for name, count in _DIGITS.items())
        raise ValueError(f"expected one of {known}, found {text[:160]!r}")
    return text


def check_file_name(name: str) -> str:
    """The name of a file as it is, if it is one that stays in its folder on every system.

    Raises:
        ValueError: It does not.
    """
    if not name or name.startswith(".") or re.search(r'[/\\:*?"<>|\x00-\x1f\x7f]', name):
        raise ValueError(f"{name!r} can't be the name of a file; give `name`")
    if len(name.encode()) > _LONGEST_NAME or name != name.strip():
        raise ValueError(f"{name[:60]!r}… can't be the name of a file; give `name`")
    return name


class AccessFile(SpecModel):
    """``{url: …, size: 558900000, checksum: "sha256:…"}``: one file that is downloaded."""

    url: Annotated[str, AfterValidator(check_download_url)]
    name: str | None = Field(None, description="of the file; default: the end of the URL's path")
    size: int | None = Field(None, ge=0, description="in bytes")
    checksum: Annotated[str, AfterValidator(_check_checksum)] | None = Field(
        None, description="md5:, sha1:, sha256: or sha512: and the digest in hexadecimal"
    )
    unpack: bool = Field(False, description="whether it is an archive that can't be read in place")

    @model_validator(mode="after")
    def _has_a_name(self) -> "AccessFile":
        check_file_name(self.file_name)
        return self

    @property
    def file_name(self) -> str:
        """Name of the file on disk."""
        return self.name or unquote(urlsplit(self.url).path).rpartition("/")[2]
