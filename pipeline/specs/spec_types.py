"""Parts of a spec: licence, facts about speakers, published counts, examples."""

import codecs
import string
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    FiniteFloat,
    Tag,
    model_validator,
)

from pipeline.common.patterns import compile_pattern
from pipeline.common.spec_model import ByValue, Regex, SpecModel
from pipeline.schema.record import GENDERS
from pipeline.specs.access_file import AccessFile


def _check_template(template: str) -> str:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"not a template like '{{session}}{{letter}}': {error}") from None
    if any(layout or conversion for _, _, layout, conversion in parts):
        raise ValueError(
            f"{template!r} changes how a value is written by `:` or `!`; expected fields as they "
            "are, like '{session}{letter}'"
        )
    return template


def _check_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
        b"".decode(name)
    except (LookupError, ValueError):
        raise ValueError(
            f"no encoding is called {name!r}; expected one of Python's, like utf-8 or latin-1"
        ) from None
    return name


def _check_scale(scale: tuple[float, float]) -> tuple[float, float]:
    lowest, highest = scale
    if lowest == highest:
        raise ValueError(f"expected [lowest, highest], found [{lowest:g}, {highest:g}]")
    return scale


Template = Annotated[str, AfterValidator(_check_template)]
Encoding = Annotated[str, AfterValidator(_check_encoding)]
Scale = Annotated[tuple[FiniteFloat, FiniteFloat], AfterValidator(_check_scale)]


def template_fields(template: str) -> list[str]:
    """Names of the fields in a template: ``"{session}{letter}"`` gives both."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


class Licence(SpecModel):
    """Terms under which the corpus itself is given out."""

    name: str
    url: str | None = None
    redistribute: bool | None = Field(None, description="null where the terms do not say")
    note: str | None = None


class Access(SpecModel):
    """How to obtain the corpus."""

    how: Literal["open", "registration", "agreement", "purchase", "never_released", "unknown"]
    url: str | None = None
    note: str | None = None
    files: list[AccessFile] = Field([], description="what `exhubert corpora get` downloads")


class Gender(SpecModel):
    """``{of: speaker, female: ["03", "09"], male: "[MK].*"}``: values, or a regular expression."""

    of: str
    female: list[str] | Regex = []
    male: list[str] | Regex = []
    other: list[str] | Regex = []

    def __call__(self, value: str | None) -> str | None:
        """Gender that a field's value stands for, None where the spec names none."""
        for gender in GENDERS:
            named = getattr(self, gender)
            if value is None:
                return None
            if (
                value in named
                if isinstance(named, list)
                else compile_pattern(named).fullmatch(value)
            ):
                return gender
        return None


class Ages(ByValue):
    """``{of: speaker, "03": 31}``: age in years by the value of a field."""

    of: str
    values: dict[str, float]


class TextByField(ByValue):
    """``{of: FIELD, VALUE: text}``, for languages that depend on a field."""

    of: str
    values: dict[str, str]


class Channels(ByValue):
    """``{of: FIELD, VALUE: 0}``: the channel by the value of a field; null to mix all."""

    of: str
    values: dict[str, Annotated[int, Field(ge=0)] | None]

    @model_validator(mode="after")
    def _names_values(self) -> Self:
        if not self.values:
            raise ValueError(
                f"which channel? Expected such as {{of: {self.of}, left: 0, right: 1}}"
            )
        return self


def _channel_kind(value: object) -> str:
    return "by field" if isinstance(value, (dict, Channels)) else "number"


Channel = Annotated[
    Annotated[Annotated[int, Field(ge=0)], Tag("number")] | Annotated[Channels, Tag("by field")],
    Discriminator(_channel_kind),
]


class EditionCounts(SpecModel):
    """Published counts of one complete edition, and who published them."""

    utterances: int | None = None
    speakers: int | None = None
    emotions: dict[str, int] = Field({}, description="category → utterances")
    source: str


class PublishedCounts(EditionCounts):
    """Published counts of the edition that most people hold, and of others."""

    editions: list[EditionCounts] = Field([], description="other complete editions, of other sizes")

    def nearest(self, utterances: int) -> EditionCounts:
        """Counts of the edition that is nearest in size to a number of utterances."""
        sized = (c for c in (self, *self.editions) if c.utterances is not None)
        return min(sized, key=lambda c: abs((c.utterances or 0) - utterances), default=self)


def _one_row(rows: object) -> object:
    return [rows] if isinstance(rows, dict) else rows


class Example(SpecModel):
    """A path of the corpus, and what it must give: documentation that runs."""

    path: str
    emotion: str | None = None
    speaker: str | None = None
    gender: str | None = None
    age: float | None = None
    text: str | None = None
    language: str | None = None
    rows: dict[str, Annotated[list[dict[str, str]], BeforeValidator(_one_row)]] = Field(
        {}, description="table → the row that the example is joined with, or a list of them"
    )
    columns: dict[str, str] = Field(
        {}, description="of the row that the example is, in a file of rows"
    )
    note: str | None = None
