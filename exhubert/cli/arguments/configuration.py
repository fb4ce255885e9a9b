"""Settings that need not be typed every time: the user's TOML file, and the environment.

What an option says goes before the environment, and that before the file.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from pipeline.common.cores import usable_cores
from pipeline.common.errors import UsageError
from pipeline.common.suggest import suggest
from pipeline.common.validation_messages import describe_validation_error
from pipeline.storage import is_remote

FILE_VARIABLE = "EXHUBERT_CONFIG"
"""Names the file; empty where none is to be read."""

ROOT_VARIABLE = "EXHUBERT_DATA_ROOT"
"""Data roots, separated as folders in PATH are."""

JOBS_VARIABLE = "EXHUBERT_JOBS"
"""Worker processes of a local build."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Configuration(BaseModel):
    """What the file may say.

    Attributes:
        data_root: Folders or URLs that hold corpora in folders of their ids; the first that has a
            corpus is where it is read. ``~`` is the user's folder.
        jobs: Worker processes of a local build.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    data_root: Annotated[list[str], BeforeValidator(_as_list)] = []
    jobs: int | None = Field(default=None, ge=1)

    @field_validator("data_root")
    @classmethod
    def _stands_alone(cls, folders: list[str]) -> list[str]:
        """Paths must be absolute, since the file is read in any current folder."""
        whole = [one if is_remote(one) else str(Path(one).expanduser()) for one in folders]
        for folder in whole:
            if not is_remote(folder) and not Path(folder).is_absolute():
                raise ValueError(f"expected a whole path, as in /data/corpora, found {folder!r}")
        return whole


@dataclass(frozen=True)
class DataRoots:
    """Where corpora may lie.

    Attributes:
        folders: Folders or URLs, in the order in which they are looked through.
        source: Who names them: ``--data-root``, a variable, a file; empty where nobody does.
        by_option: Whether the command line does.
    """

    folders: tuple[str, ...] = ()
    source: str = ""
    by_option: bool = False


def configuration_file(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The file of this user, which need not be there; None where none is to be read."""
    if (named := environment.get(FILE_VARIABLE)) is not None:
        return Path(named).expanduser() if named else None
    base = environment.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "exhubert" / "config.toml"


def read_configuration(environment: Mapping[str, str] = os.environ) -> Configuration:
    """The values of the user's file, if there is one.

    Raises:
        UsageError: The file is not as it should be, or one that the environment names is not there.
    """
    file = configuration_file(environment)
    if file is None or not (file.is_file() or environment.get(FILE_VARIABLE)):
        return Configuration()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no text in UTF-8"
        raise UsageError(f"{file}: {reason}; expected a TOML file") from None
    return _check(file, text, _parse(file, text))


def configured_data_roots(environment: Mapping[str, str] = os.environ) -> DataRoots:
    """Data roots that the environment or the configuration file names.

    Raises:
        UsageError: The configuration file is not as it should be.
    """
    if named := environment.get(ROOT_VARIABLE):
        folders = re.split(rf"{re.escape(os.pathsep)}(?!//)", named)
        return DataRoots(tuple(filter(None, folders)), ROOT_VARIABLE)
    folders = read_configuration(environment).data_root
    return DataRoots(tuple(folders), str(configuration_file(environment)) if folders else "")


def configured_jobs(environment: Mapping[str, str] = os.environ) -> int:
    """Worker processes of a local build without an option; by default one a core.

    Raises:
        UsageError: The variable is no number, or the file is not as it should be.
    """
    if named := environment.get(JOBS_VARIABLE):
        if not re.fullmatch(r"[1-9]\d{0,4}", named):
            raise UsageError(f"{JOBS_VARIABLE}={named}: expected a whole number of 1 or more")
        return int(named)
    return read_configuration(environment).jobs or usable_cores()


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rstrip(")").partition(" (at ")
        found = re.search(r"line (\d+)", place)
        line = int(found[1]) if found else text.count("\n") + 1
        raise UsageError(f"{file}:{line}: {reason}; expected TOML, key = value") from None


def _check(file: Path, text: str, values: dict[str, Any]) -> Configuration:
    try:
        return Configuration.model_validate(values)
    except ValidationError as error:
        told = []
        for fault in error.errors(include_url=False):
            key = str(fault["loc"][0])
            if fault["type"] == "extra_forbidden":
                known = [*Configuration.model_fields]
                hint = suggest(key, known, otherwise=f"; expected {' or '.join(known)}")
                reason = f"unknown key {key!r}{hint}"
            else:
                reason = f"{key}: {describe_validation_error(fault, Configuration)}"
            told.append(f"{file}:{_line_of(key, text)}: {reason}")
        raise UsageError("\n".join(told)) from None


def _line_of(key: str, text: str) -> int:
    """The line that begins with a key, or with a table of its name."""
    pattern = rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]"
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if re.match(pattern, line)), 1)
