"""Tables as a spec describes them: where they lie, how they are read, what they give."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from pipeline.common.spec_model import ByValue, Glob, OneOrMore, Regex, SpecModel
from pipeline.specs.row_path import RowPath
from pipeline.specs.row_spec import RowSpec
from pipeline.specs.spec_types import Encoding, Template


class FileByField(ByValue):
    """``{of: part, train: train.csv}``: one table file for each value of a field."""

    of: str
    values: dict[str, Glob]


class Melt(SpecModel):
    """``{columns: [angry, sad], name: emotion, value: score}``: a row for each of some columns."""

    columns: Annotated[list[str], Field(min_length=1)]
    name: str = Field(description="column that the name of the melted column comes to")
    value: str = Field(description="column that its cell comes to")


TableFormat = Literal[
    "csv",
    "tsv",
    "space",
    "xlsx",
    "parquet",
    "json",
    "jsonl",
    "yaml",
    "xml",
    "textgrid",
    "lines",
    "text",
]

WHOLE_TEXT = "_text"
"""Column that holds the whole content of a file that is read as ``text``."""

_SHEETS = ("csv", "tsv", "space", "xlsx")
FORMATS_OF = {
    "rows": ("json", "jsonl", "yaml", "xml"),
    "separator": ("csv", "tsv"),
    "columns": _SHEETS,
    "header": _SHEETS,
    "comment": _SHEETS,
    "line": ("lines",),
    "block": ("lines",),
}
"""Keys that only tables of some formats have."""


def _list_lines(value: object) -> object:
    return [value] if isinstance(value, str | int) else value


HeaderLine = Annotated[int, Field(ge=0, le=1_000)]


class TableSpec(RowSpec):
    """A file that holds facts about clips: joined on ``match``, giving the fields of ``take``."""

    file: FileByField | Annotated[list[Glob], OneOrMore] = Field(
        description="globs below the corpus root, or one file for each value of a field"
    )
    format: TableFormat | None = Field(
        None, description="guessed from the suffix; `lines` where `line` is given"
    )
    separator: Literal[",", ";", "\t", "|"] | None = Field(
        None, description="what stands between cells; found by the header where it is not named"
    )
    encoding: Annotated[list[Encoding], OneOrMore] = Field(
        ["utf-8-sig"], description="tried in this order"
    )
    columns: list[str] | None = Field(None, description="names, where the file has no header")
    header: Annotated[list[HeaderLine], BeforeValidator(_list_lines)] | None = Field(
        None, description="line of the header, from 1, or two that are joined; 0 for none"
    )
    comment: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="what lines begin with that do not count"
    )
    rows: RowPath | None = Field(
        None, description="where the rows lie in nested data, as {file}.annotations.*"
    )
    line: Regex | None = Field(None, description="each matching line is a row of its groups")
    block: Regex | None = Field(
        None, description="a head line, whose groups hold for the lines below it"
    )
    melt: Melt | None = Field(None, description="columns that become rows, one each")
    parts: dict[str, Regex] = Field(
        {}, description="column → regular expression, whose groups are columns that lie inside it"
    )
    match: dict[str, Annotated[list[Template], OneOrMore]] = Field(
        description="column → template over the clip's fields; of several the first that fits"
    )
    take: dict[str, str] = Field(
        description="field → column, `column?` if it may be missing; a list where named alike"
    )
    required: bool = Field(True, description="whether a missing table is an error")
    unmatched: Literal["reject", "keep", "exclude"] = Field(
        "reject", description="what becomes of clips without a row"
    )

    @property
    def header_lines(self) -> list[int]:
        """Lines of the header, from 1; none where the file has none."""
        if self.header is None:
            return [] if self.columns is not None else [1]
        return [line for line in self.header if line]

    @property
    def needed(self) -> list[str]:
        """Columns that every row must have."""
        read = (*self.take.values(), *self._melted)
        taken = (column for column in read if not column.endswith("?"))
        return list(dict.fromkeys((*self.match, *taken, *self.where)))

    @property
    def wanted(self) -> frozenset[str]:
        """Columns that are read, those that may be missing among them."""
        read = (*self.take.values(), *self._melted)
        taken = (column.removesuffix("?") for column in read)
        return frozenset((*self.match, *taken, *self.where, *self.cells, *self.parts))

    @property
    def _melted(self) -> list[str]:
        return self.melt.columns if self.melt else []

    @field_validator("header", mode="after")
    @classmethod
    def _header_lines_adjoin(cls, lines: list[int] | None) -> list[int] | None:
        if lines is None or lines == [0]:
            return lines
        if not lines or not lines[0] or lines != list(range(lines[0], lines[0] + len(lines))):
            raise ValueError(f"expected a line, 0 for none, or lines that adjoin, found {lines}")
        return lines

    @model_validator(mode="after")
    def _keys_fit_the_format(self) -> Self:
        kind = self.format or ("lines" if self.line else None)
        for key, formats in FORMATS_OF.items():
            if kind and getattr(self, key) and kind not in formats:
                known = " and ".join(filter(None, (", ".join(formats[:-1]), formats[-1])))
                raise ValueError(f"only {known} files have a `{key}`, found {kind}")
        if self.block and not self.line:
            raise ValueError("`block` names the head of a block: say by `line` what its rows are")
        return self
