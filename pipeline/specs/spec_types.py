"""Parts of a spec: licence, tables, speakers' facts, splits, expectations."""

import codecs
import re
import string
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    field_validator,
    model_validator,
)

from pipeline.common.globs import glob_matcher
from pipeline.schema.record import GENDERS

Split = Literal["train", "validation", "test"]
ClassName = Literal[
    "low_negative", "low_neutral", "low_positive", "high_negative", "high_neutral", "high_positive"
]
Dimension = Literal["arousal", "valence", "dominance"]


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _check_regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error} in '{pattern}'") from None
    return pattern


def _check_glob(glob: str) -> str:
    try:
        glob_matcher([glob])
    except re.error as error:
        raise ValueError(f"not a glob: {error.msg} in '{glob}'") from None
    return glob


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
    except LookupError:
        raise ValueError(
            f"no encoding is called {name!r}; expected one of Python's, like utf-8 or latin-1"
        ) from None
    return name


def _check_scale(scale: tuple[float, float]) -> tuple[float, float]:
    lowest, highest = scale
    if not lowest < highest:
        raise ValueError(f"expected [lowest, highest], found [{lowest:g}, {highest:g}]")
    return scale


Regex = Annotated[str, AfterValidator(_check_regex)]
Glob = Annotated[str, AfterValidator(_check_glob)]
Template = Annotated[str, AfterValidator(_check_template)]
Encoding = Annotated[str, AfterValidator(_check_encoding)]
Scale = Annotated[tuple[FiniteFloat, FiniteFloat], AfterValidator(_check_scale)]
OneOrMore = BeforeValidator(_as_list)


def template_fields(template: str) -> list[str]:
    """Names of the fields in a template: ``"{session}{letter}"`` gives both."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


class Part(BaseModel):
    """A part of a spec: immutable, and every key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Choice(Part):
    """``{of: FIELD, VALUE: …}``: something chosen by the value of a field."""

    of: str

    @model_validator(mode="before")
    @classmethod
    def _gather_values(cls, data: Any) -> Any:
        if isinstance(data, dict) and "values" not in data:
            known = set(cls.model_fields)
            values = {key: value for key, value in data.items() if key not in known}
            return {key: value for key, value in data.items() if key in known} | {"values": values}
        return data


class Licence(Part):
    """Terms under which the corpus itself is given out."""

    name: str
    url: str | None = None
    redistribute: bool | None = Field(None, description="null where the terms do not say")
    note: str | None = None


class Access(Part):
    """How to obtain the corpus."""

    how: Literal["open", "registration", "agreement", "purchase", "never_released", "unknown"]
    url: str | None = None
    note: str | None = None


class Gender(Part):
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
            if value in named if isinstance(named, list) else re.fullmatch(named, value):
                return gender
        return None


class Ages(_Choice):
    """``{of: speaker, "03": 31}``: age in years by the value of a field."""

    values: dict[str, float]


class ChosenText(_Choice):
    """``{of: FIELD, VALUE: text}``, for languages and channels that depend on a field."""

    values: dict[str, str]


class ChosenFile(_Choice):
    """``{of: part, train: train.csv}``: one table file for each value of a field."""

    values: dict[str, Glob]


class Table(Part):
    """A file that holds facts about clips: joined on ``match``, giving the fields of ``take``."""

    file: ChosenFile | Annotated[list[Glob], OneOrMore] = Field(
        description="globs below the corpus root, or one file for each value of a field"
    )
    format: Literal["csv", "tsv", "space", "json", "jsonl", "xlsx", "lines"] | None = Field(
        None, description="guessed from the suffix; `lines` where `line` is given"
    )
    separator: Literal[",", ";", "\t", "|"] | None = Field(
        None, description="what stands between cells; found by the header where it is not named"
    )
    path: Regex | None = Field(
        None, description="groups found in the path of the table file are columns of its rows"
    )
    encoding: Annotated[list[Encoding], OneOrMore] = Field(
        ["utf-8-sig"], description="tried in this order"
    )
    columns: list[str] | None = Field(None, description="names, where the file has no header")
    line: Regex | None = Field(None, description="each matching line is a row of its groups")
    where: dict[str, Regex] = Field({}, description="only rows whose column matches count")
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
    segments: bool = Field(False, description="each row is an utterance of a longer recording")

    @field_validator("take", mode="before")
    @classmethod
    def _take_alike(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return {str(column).removesuffix("?"): column for column in value}

    @model_validator(mode="after")
    def _only_cells_are_separated(self) -> Self:
        if self.separator and (self.line or self.format not in {None, "csv", "tsv"}):
            kind = "lines" if self.line else self.format
            raise ValueError(f"only csv and tsv files have a `separator`, found {kind}")
        return self


class Splits(_Choice):
    """How utterances are assigned to train, validation and test.

    ``{by: speaker}`` keeps speakers apart; ``by: session`` or ``text`` keep those apart;
    ``by: official`` reads the corpus's own partition from a field: ``{by: official, of: part,
    dev: validation, …}``, keys being values or regular expressions, the first match counting.
    """

    by: Literal["speaker", "session", "text", "utterance", "official"] = "speaker"
    of: str | None = None  # type: ignore[assignment]
    validation_by: Literal["text", "utterance"] | None = Field(
        None, description="for two to four speakers: validation lies inside the training speakers"
    )
    seed: int = Field(0, description="another draw; alike in corpora that share a namespace")
    values: dict[Regex, Split] = {}

    @model_validator(mode="after")
    def _official_names_its_parts(self) -> Self:
        if self.by == "official":
            if self.of is None:
                raise ValueError("`by: official` needs `of`: the field that names the part")
            if "test" not in self.values.values():
                raise ValueError("`by: official` needs at least one value that stands for `test`")
        elif self.values:
            raise ValueError(
                f"{', '.join(self.values)}: parts are only named where `by` is `official`"
            )
        return self

    @property
    def group_field(self) -> str:
        """The field whose values stay together; empty where utterances are split one by one."""
        return "" if self.by == "utterance" else self.of or self.by


class Counts(Part):
    """Published counts of a whole corpus, and who published them."""

    utterances: int | None = None
    speakers: int | None = None
    emotions: dict[str, int] = Field({}, description="category → utterances")
    source: str


class Expected(Counts):
    """Published counts of the release that most people hold, and of others."""

    editions: list[Counts] = Field([], description="other complete releases, of other sizes")

    def nearest(self, utterances: int) -> Counts:
        """Counts of the release that is nearest in size to a number of utterances."""
        sized = (c for c in (self, *self.editions) if c.utterances is not None)
        return min(sized, key=lambda c: abs((c.utterances or 0) - utterances), default=self)


class Example(Part):
    """A path of the corpus, and what it must give: documentation that runs."""

    path: str
    emotion: str | None = None
    speaker: str | None = None
    gender: str | None = None
    age: float | None = None
    text: str | None = None
    language: str | None = None
    rows: dict[str, dict[str, str]] = Field(
        {}, description="table → the row that the example is joined with"
    )
    note: str | None = None
