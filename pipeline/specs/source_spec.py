"""Files that hold many clips, as a spec describes them: archives, Parquet, WebDataset."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field, field_validator, model_validator

from pipeline.common.spec_model import Glob, OneOrMore
from pipeline.specs.row_spec import RowSpec
from pipeline.specs.spec_types import Template, template_fields

CLIP_NAME = "_name"
"""Column that every clip has: the path that its row gives it; its number where there is none."""


class ClipRows(RowSpec):
    """Files in which every row is a clip, with facts about it in columns."""

    files: Annotated[list[Glob], Field(min_length=1), OneOrMore]
    names: dict[str, dict[str, str | None]] = Field(
        {},
        description="column of numbers → number → name, or a list of names; null for unknown; "
        "only where neither file nor card states them",
    )

    def __hash__(self) -> int:
        return hash(tuple(self.files))  # its mappings have no hash

    @property
    def columns(self) -> dict[str, bool]:
        """Columns that are read → whether they must be there."""
        wanted = {c: not self._is_in_cell(c) for c in self.cells} | dict.fromkeys(self.where, True)
        for column in self.take.values():
            plain = column.removesuffix("?")
            needed = plain == column and not self._is_in_cell(plain)
            wanted[plain] = wanted.get(plain, False) or needed
        return wanted

    @property
    def labels(self) -> str | None:
        """The column of native labels, if one holds them."""
        column = self.take.get("emotion")
        return column.removesuffix("?") if column else None

    def _is_in_cell(self, column: str) -> bool:
        """Whether it may be a column that elements of a cell give."""
        return any(
            (form.rows and of != column) or column.startswith(f"{of}.")
            for of, form in self.cells.items()
        )

    @model_validator(mode="before")
    @classmethod
    def _only_files(cls, data: Any) -> Any:
        return {"files": data} if isinstance(data, str | list) else data

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


class ParquetSpec(ClipRows):
    """Parquet files with audio inside, one clip a row, as hubs give corpora out."""

    audio: str | None = Field(
        None, description="the column of the audio; default: the only one of bytes and a path"
    )
    name: Template = Field(
        f"{{{CLIP_NAME}}}", description="path of a clip in its file, a template over columns"
    )

    __hash__ = ClipRows.__hash__

    @property
    def columns(self) -> dict[str, bool]:
        """Columns that are read → whether they must be there."""
        return super().columns | dict.fromkeys(template_fields(self.name), True)


class WebDatasetSpec(ClipRows):
    """Tar files in which a clip and its labels have one name, up to the first dot."""

    __hash__ = ClipRows.__hash__


class SourceRules(NamedTuple):
    """Rules by which files that hold other files are found and read.

    Attributes:
        globs: Globs of archives; without any, none is opened.
        encoding: Encoding of names that an archive does not mark as UTF-8; None if unknown.
        ignore_case: Whether globs and patterns are blind to case.
        parquet: The Parquet files that hold clips.
        webdataset: The tar files that hold clips beside their labels.
    """

    globs: Sequence[str] = ()
    encoding: str | None = None
    ignore_case: bool = False
    parquet: ParquetSpec | None = None
    webdataset: WebDatasetSpec | None = None

    @property
    def hold_others(self) -> bool:
        """Whether any file may hold others."""
        return bool(self.globs or self.parquet or self.webdataset)
