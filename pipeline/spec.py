"""What a corpus spec may say: the pydantic models behind ``corpora_specs/*.yaml``.

A spec describes one corpus as data: where its clips lie, how labels and speakers are read from
names and tables, what its codes mean, how it is split. ``docs/specs.md`` teaches the language.
"""

import re
import string
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from pipeline.schema import GENDERS

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


def _check_template(template: str) -> str:
    try:
        template_fields(template)
    except ValueError as error:
        raise ValueError(f"not a template like '{{session}}{{letter}}': {error}") from None
    return template


Regex = Annotated[str, AfterValidator(_check_regex)]
Template = Annotated[str, AfterValidator(_check_template)]
OneOrMore = BeforeValidator(_as_list)


def template_fields(template: str) -> list[str]:
    """Names of the fields in a template: ``"{session}{letter}"`` gives both."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Choice(_Part):
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


class Licence(_Part):
    """Terms under which the corpus itself is given out."""

    name: str
    url: str | None = None
    redistribute: bool | None = Field(None, description="null where the terms do not say")
    note: str | None = None


class Access(_Part):
    """How to obtain the corpus."""

    how: Literal["open", "registration", "agreement", "purchase", "never_released", "unknown"]
    url: str | None = None
    note: str | None = None


class Gender(_Part):
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

    values: dict[str, str]


class Table(_Part):
    """A file that holds facts about clips: joined on ``match``, giving the fields of ``take``."""

    file: ChosenFile | Annotated[list[str], OneOrMore] = Field(
        description="globs below the corpus root, or one file for each value of a field"
    )
    format: Literal["csv", "tsv", "space", "json", "jsonl", "xlsx", "lines"] | None = Field(
        None, description="guessed from the suffix; `lines` where `line` is given"
    )
    path: Regex | None = Field(
        None, description="groups found in the path of the table file are columns of its rows"
    )
    encoding: Annotated[list[str], OneOrMore] = Field(
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
    unmatched: Literal["reject", "keep"] = Field("reject", description="clips without a row")
    segments: bool = Field(False, description="each row is an utterance of a longer recording")

    @field_validator("take", mode="before")
    @classmethod
    def _take_alike(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return {str(column).removesuffix("?"): column for column in value}


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
        """The field whose values stay together."""
        return self.of or self.by


class Expected(_Part):
    """Published counts of the whole corpus, and who published them."""

    utterances: int | None = None
    speakers: int | None = None
    emotions: dict[str, int] = Field({}, description="category → utterances")
    source: str


class Example(_Part):
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


class CorpusSpec(_Part):
    """One corpus, described as data."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: str
    description: str | None = None
    languages: Annotated[list[str], Field(min_length=1), OneOrMore]
    kind: Literal["acted", "elicited", "natural", "media", "unknown"]
    licence: Licence
    access: Access
    citation: str
    homepage: str | None = None
    layout: Literal["official", "mirror", "assumed"] = Field(
        "official", description="whether the file layout below was ever published"
    )

    audio: Annotated[list[str], Field(min_length=1), OneOrMore]
    ignore: Annotated[list[str], OneOrMore] = []
    ignore_case: bool = False
    path: Annotated[list[Regex], OneOrMore] = []
    tables: dict[str, Table] = {}
    replace: dict[str, dict[str, str | None]] = Field(
        {}, description="field → value as spelt → value as meant; null for unknown"
    )
    corrections: dict[str, dict[str, str | None]] = Field(
        {}, description="file stem → field → value, where the corpus itself is wrong"
    )
    leave_out: dict[str, str] = Field({}, description="glob → why these clips are excluded")
    sample_times: int | None = Field(
        None, description="start, end and duration count samples at this rate, not seconds"
    )

    same_utterance: Template | None = Field(
        None, description="clips that give the same are copies; the glob named first wins"
    )
    speaker: Template | None = Field(None, description="default: the field `speaker`, if any")
    namespace: str | None = Field(None, description="shared by corpora with the same actors")
    gender: Gender | None = None
    age: Ages | None = None
    language: ChosenText | None = None
    texts: dict[str, str] = Field({}, description="text code → sentence")

    emotions: dict[str, str] = Field(description="native code → category of emotions.yaml")
    exclude: dict[str, str] = Field({}, description="native code → why it is left out")
    meanings: dict[str, str] = Field(
        {}, description="native code → what it stands for in the corpus's own words"
    )
    classes: dict[str, ClassName] = Field(
        {}, description="category → six-class label, where it differs from emotions.yaml"
    )
    scales: dict[Dimension, tuple[float, float]] = Field(
        {}, description="dimension → lowest and highest rating of the native scale"
    )
    votes: dict[str, str] = Field({}, description="field that counts votes → category")
    annotations: list[str] = Field([], description="fields kept as they are")

    channel: int | None = Field(None, description="the channel that holds the speaker; from 0")
    max_duration: Annotated[float, Field(gt=0)] = Field(60.0, description="longest clip, in s")

    splits: Splits = Splits()
    expected: Expected
    examples: list[Example] = []
    quirks: list[str] = []

    def __hash__(self) -> int:
        return hash(self.id)  # its mappings have no hash

    @model_validator(mode="after")
    def _codes_have_one_meaning(self) -> Self:
        both = sorted(self.emotions.keys() & self.exclude.keys())
        if both:
            raise ValueError(f"`exclude`: {', '.join(both)} stands in `emotions` too; keep one")
        stray = sorted(self.meanings.keys() - self.emotions.keys() - self.exclude.keys())
        if stray:
            raise ValueError(
                f"`meanings`: {', '.join(stray)} is no code of `emotions` or `exclude`"
            )
        return self

    @model_validator(mode="after")
    def _fields_come_from_somewhere(self) -> Self:
        known = self.fields
        wanted = {
            "speaker": template_fields(self.speaker or ""),
            "same_utterance": template_fields(self.same_utterance or ""),
            "gender": [self.gender.of] if self.gender else [],
            "age": [self.age.of] if self.age else [],
            "language": [self.language.of] if self.language else [],
            "splits": [] if self.splits.by == "utterance" else [self.splits.group_field],
            "votes": list(self.votes),
            "annotations": self.annotations,
            "replace": list(self.replace),
            "corrections": [field for fields in self.corrections.values() for field in fields],
            **{
                f"tables.{name}.match": [
                    field
                    for templates in table.match.values()
                    for template in templates
                    for field in template_fields(template)
                ]
                for name, table in self.tables.items()
            },
        }
        for key, fields in wanted.items():
            for field in fields:
                if field not in known:
                    raise ValueError(
                        f"`{key}` uses the field {field!r}, which neither `path` nor a table "
                        f"gives; known fields: {', '.join(sorted(known))}"
                    )
        if "emotion" not in known:
            raise ValueError(
                "nothing gives the field 'emotion': name a group of `path` so, or `take` it"
            )
        return self

    @cached_property
    def path_fields(self) -> frozenset[str]:
        """Fields that the file name gives."""
        return frozenset(name for pattern in self.path for name in re.compile(pattern).groupindex)

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field a clip of this corpus may have."""
        taken = {field for table in self.tables.values() for field in table.take}
        return self.path_fields | taken | {"path", "stem", "speaker"}

    @property
    def speaker_namespace(self) -> str:
        """What stands before the colon in a speaker's id."""
        return self.namespace or self.id
