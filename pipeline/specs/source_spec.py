"""Files that hold many clips, as a spec describes them: archives and Parquet files."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field, field_validator, model_validator

from pipeline.common.spec_model import Regex, SpecModel
from pipeline.specs.spec_types import Glob, OneOrMore, Template, template_fields

FILE_STEM = "_stem"
"""Column that every row has: the stem of the file it was read from."""

CLIP_NAME = "_name"
"""Column that every clip has: the path that its row gives it; its number where there is none."""


class ClipRows(SpecModel):
    """Files in which every row is a clip, with facts about it in columns."""

    files: Annotated[list[Glob], Field(min_length=1), OneOrMore]
    path: Regex | None = Field(
        None, description="groups found in the path of the file are columns of its rows"
    )
    where: dict[str, Regex] = Field({}, description="only rows whose column matches are clips")
    take: dict[str, str] = Field(
        {}, description="field → column, `column?` if it may be missing; a list where named alike"
    )
    name: Template = Field(
        f"{{{CLIP_NAME}}}", description="path of a clip in its file, a template over columns"
    )

    def __hash__(self) -> int:
        return hash(tuple(self.files))  # its mappings have no hash

    @property
    def columns(self) -> dict[str, bool]:
        """Columns that are read → whether they must be there."""
        wanted = dict.fromkeys([*template_fields(self.name), *self.where], True)
        for column in self.take.values():
            plain = column.removesuffix("?")
            wanted[plain] = wanted.get(plain, False) or not column.endswith("?")
        return wanted

    @property
    def labels(self) -> str | None:
        """The column of native labels, if one holds them."""
        column = self.take.get("emotion")
        return column.removesuffix("?") if column else None

    @model_validator(mode="before")
    @classmethod
    def _only_files(cls, data: Any) -> Any:
        return {"files": data} if isinstance(data, str | list) else data

    @field_validator("take", mode="before")
    @classmethod
    def _take_alike(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return {str(column).removesuffix("?"): column for column in value}


class ParquetSpec(ClipRows):
    """Parquet files with audio inside, one clip a row, as hubs give corpora out."""

    audio: str | None = Field(
        None, description="the column of the audio; default: the only one of bytes and a path"
    )
    names: dict[str, dict[str, str | None]] = Field(
        {},
        description="column of numbers → number → name, or a list of names; null for unknown; "
        "only where neither file nor card states them",
    )

    __hash__ = ClipRows.__hash__

    @field_validator("names", mode="before")
    @classmethod
    def _number_names(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {
            column: {str(number): name for number, name in enumerate(names)}
            if isinstance(names, list)
            else names
            for column, names in value.items()
        }


class SourceRules(NamedTuple):
    """Which files of a corpus hold others, and how those are read.

    Attributes:
        globs: Of archives; without any, none is opened.
        encoding: Of names that an archive does not mark as UTF-8; None where no spec states it.
        ignore_case: Whether globs and patterns are blind to case.
        parquet: The Parquet files that hold clips.
    """

    globs: Sequence[str] = ()
    encoding: str | None = None
    ignore_case: bool = False
    parquet: ParquetSpec | None = None

    @property
    def hold_others(self) -> bool:
        """Whether any file may hold others."""
        return bool(self.globs or self.parquet)
