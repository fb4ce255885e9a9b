"""Rows as a spec describes them, be they of a table or of a file in which every row is a clip."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from pipeline.common.spec_model import Regex, SpecModel
from pipeline.specs.row_path import RowPath

FILE_STEM = "_stem"
"""Column that every row has: the stem of the file it was read from."""


def _check_form(form: str) -> str:
    is_separator = 0 < len(form) <= 3 and not any(sign.isalnum() for sign in form)
    if form not in {"json", "literal"} and not is_separator:
        raise ValueError(
            f"expected json, literal (as Python writes) or a separator like ';', found {form!r}"
        )
    return form


class CellList(SpecModel):
    """``{parse: json, rows: "*.{rater}"}``: how the cells of a column hold lists, and of what."""

    parse: Annotated[str, AfterValidator(_check_form)]
    rows: RowPath | None = Field(None, description="where in the cell its elements lie")


def _name_form(value: object) -> object:
    return {"parse": value} if isinstance(value, str) else value


class RowSpec(SpecModel):
    """Fields that rows give to the clips they belong to."""

    path: Regex | None = Field(
        None, description="groups found in the path of the file are columns of its rows"
    )
    where: dict[str, Regex] = Field({}, description="only rows whose column matches count")
    cells: dict[str, Annotated[CellList, BeforeValidator(_name_form)]] = Field(
        {}, description="column whose cells hold lists → json, literal or what separates them"
    )
    take: dict[str, str] = Field(
        {}, description="field → column, `column?` if it may be missing; a list where named alike"
    )
    disputed: Literal["reject", "exclude"] = Field(
        "reject", description="what becomes of clips whose rows say different things"
    )
    segments: bool = Field(False, description="each row is an utterance of a longer recording")

    @field_validator("take", mode="before")
    @classmethod
    def _take_alike(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return {str(column).removesuffix("?"): column for column in value}
