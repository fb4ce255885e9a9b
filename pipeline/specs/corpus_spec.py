"""The corpus spec: the pydantic model behind ``corpora_specs/*.yaml``.

A spec describes one corpus as data: where its clips lie, how labels and speakers are read from
names and tables, what its codes mean, how it is split. ``docs/specs.md`` teaches the language.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline.common.spec_model import Glob, OneOrMore, Regex, SpecModel
from pipeline.schema.record import DIMENSIONS, ClassName, Dimension
from pipeline.specs.code_map import CodeMap, find_overlap
from pipeline.specs.own_category import OwnCategory
from pipeline.specs.published_protocols import published_protocols
from pipeline.specs.raters import Raters
from pipeline.specs.row_spec import RowSpec
from pipeline.specs.source_spec import ClipRows, ParquetSpec, SourceRules, WebDatasetSpec
from pipeline.specs.spec_types import (
    Access,
    Ages,
    Channel,
    Channels,
    Encoding,
    Example,
    Gender,
    Licence,
    PublishedCounts,
    Scale,
    Template,
    TextByField,
    template_fields,
)
from pipeline.specs.table_spec import TableSpec
from pipeline.splits.policies import ByGroup, SplitSpec
from pipeline.splits.protocols.protocol_spec import ProtocolKey, ProtocolSpec

_CLIP_ROWS = ("parquet", "webdataset")
"""Keys that describe files in which every row is a clip."""

_ID = r"[a-z][a-z0-9_]*"
_LONGEST_ID = 64

_RESERVED = {
    "all": "the configuration of a dataset that holds every corpus",
    "default": "what the datasets library calls a dataset without configurations",
    "collections": "the file of the collections",
    "emotions": "the file of the shared categories",
    "emotion_words": "the file of words for emotions",
    **dict.fromkeys(
        ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))),
        "a device on Windows, where no folder can be called so",
    ),
}
"""Names that no corpus can have → what they stand for."""


def check_id(corpus: str) -> str:
    """The id of a corpus as it is.

    Raises:
        ValueError: It can't be one.
    """
    if not re.fullmatch(_ID, corpus):
        near = re.sub(r"\W+", "_", corpus.lower(), flags=re.ASCII).strip("_")
        hint = f"; {near!r} would do" if re.fullmatch(_ID, near) else ""
        raise ValueError(f"expected a-z, 0-9 and `_`, a letter first, found {corpus!r}{hint}")
    if len(corpus) > _LONGEST_ID:
        raise ValueError(f"expected {_LONGEST_ID} characters or fewer, found {len(corpus)}")
    if corpus in _RESERVED:
        raise ValueError(
            f"{corpus!r} is taken: {_RESERVED[corpus]}; {corpus + '_corpus'!r} would do"
        )
    return corpus


CorpusId = Annotated[
    str, AfterValidator(check_id), Field(json_schema_extra={"pattern": f"^{_ID}$"})
]


Codes = Annotated[dict[str, str], AfterValidator(CodeMap)]


def _name_class(value: object) -> object:
    return {"class": value} if isinstance(value, str) else value


def _groups(patterns: Iterable[str]) -> frozenset[str]:
    """Names of the groups of regular expressions."""
    return frozenset(name for pattern in patterns for name in re.compile(pattern).groupindex)


class CorpusSpec(SpecModel):
    """One corpus, described as data."""

    id: CorpusId
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

    audio: Annotated[list[Glob], Field(min_length=1), OneOrMore]
    archive: Annotated[list[Glob], OneOrMore] = Field(
        [], description="globs of zip and tar files whose content is read without unpacking them"
    )
    parquet: ParquetSpec | None = Field(
        None, description="Parquet files with audio inside: their globs, or a mapping"
    )
    webdataset: WebDatasetSpec | None = Field(
        None, description="tar files of clips beside their labels: their globs, or a mapping"
    )
    archive_encoding: Encoding | None = Field(
        None, description="of names in archives that do not state it, such as gbk or shift_jis"
    )
    ignore: Annotated[list[Glob], OneOrMore] = []
    ignore_case: bool = False
    path: Annotated[list[Regex], OneOrMore] = []
    tables: dict[str, TableSpec] = {}
    parts: dict[str, Annotated[list[Regex], OneOrMore]] = Field(
        {}, description="field → regular expressions, whose groups are fields that lie inside it"
    )
    replace: dict[str, dict[str, str | None]] = Field(
        {}, description="field → value as spelt → value as meant; null for unknown"
    )
    corrections: dict[str, dict[str, str | None]] = Field(
        {}, description="file stem → field → value, where the corpus itself is wrong"
    )
    leave_out: dict[Glob, str] = Field({}, description="glob → why these clips are excluded")
    sample_times: int | None = Field(
        None, gt=0, description="start, end and duration count samples at this rate, not seconds"
    )

    same_utterance: Template | None = Field(
        None, description="clips that give the same are copies; the glob named first wins"
    )
    speaker: Template | None = Field(None, description="default: the field `speaker`, if any")
    same_speaker: dict[str, str] = Field(
        {}, description="id of a speaker → the other id under which the same person is known"
    )
    namespace: str | None = Field(None, description="shared by corpora with the same actors")
    gender: Gender | None = None
    age: Ages | None = None
    language: TextByField | None = None
    texts: dict[str, str] = Field({}, description="text code → sentence")

    emotion: Template | None = Field(None, description="default: the field `emotion`")
    emotions: Codes = Field(
        {}, description="native code, or range of them, → category of emotions.yaml"
    )
    exclude: Codes = Field({}, description="native code → why it is left out")
    categories: dict[str, Annotated[OwnCategory, BeforeValidator(_name_class)]] = Field(
        {}, description="category of this corpus alone → its classes"
    )
    meanings: dict[str, str] = Field(
        {}, description="native code → what it stands for in the corpus's own words"
    )
    classes: dict[str, ClassName] = Field(
        {}, description="category → six-class label, where it differs from emotions.yaml"
    )
    scales: dict[Dimension, Scale] = Field(
        {}, description="dimension → ratings that become 0 and 1: lowest and highest as a rule"
    )
    votes: dict[str, str] = Field(
        {}, description="field that counts votes → category; a list where it is called as its code"
    )
    raters: Raters | None = Field(None, description="the answers of single raters")
    annotations: list[str] = Field([], description="fields kept as they are")

    channel: Channel | None = Field(
        None, description="the channel that holds the speaker, from 0; or by the value of a field"
    )
    track: int | None = Field(
        None, ge=0, description="the audio track of films; from 0; default: the one they mark"
    )
    max_duration: Annotated[float, Field(gt=0)] = Field(60.0, description="longest clip, in s")

    splits: SplitSpec = ByGroup()
    protocols: dict[ProtocolKey, ProtocolSpec] = Field(
        {}, description="name → folds of this corpus that papers report scores by"
    )
    expected: PublishedCounts
    examples: list[Example] = []
    quirks: list[str] = []

    def __hash__(self) -> int:
        return hash(self.id)  # its mappings have no hash

    @model_validator(mode="before")
    @classmethod
    def _rows_are_clips(cls, data: Any) -> Any:
        """Without ``audio``, all that lies in Parquet and WebDataset files are clips."""
        if not isinstance(data, dict) or data.get("audio"):
            return data
        globs: list[str] = []
        for rows in filter(None, map(data.get, _CLIP_ROWS)):
            files = rows.get("files") if isinstance(rows, dict) else rows
            globs += [files] if isinstance(files, str) else files or []
        return data | {"audio": [f"{glob}/**" for glob in globs]} if globs else data

    @model_validator(mode="before")
    @classmethod
    def _votes_called_as_codes(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(votes := data.get("votes"), list):
            codes: dict[str, str] = (data.get("emotions") or {}) | (data.get("exclude") or {})
            if stray := [str(field) for field in votes if field not in codes]:
                raise ValueError(
                    f"`votes`: {', '.join(stray)} is no code of `emotions` or `exclude`; say what "
                    "it counts: `votes: {FIELD: category}`"
                )
            return data | {"votes": {field: codes[field] for field in votes}}
        return data

    @model_validator(mode="after")
    def _persons_have_one_name(self) -> Self:
        for alias, speaker in self.same_speaker.items():
            if speaker in self.same_speaker:
                raise ValueError(
                    f"`same_speaker`: {alias} is {speaker}, which is an alias itself; give both "
                    "the same id"
                )
        return self

    @model_validator(mode="after")
    def _names_of_rows_differ(self) -> Self:
        if both := sorted(self.tables.keys() & self.clip_rows.keys()):
            raise ValueError(f"`tables`: {both[0]!r} is a key of the spec, too; call it otherwise")
        return self

    @model_validator(mode="after")
    def _parts_have_names(self) -> Self:
        for field, patterns in self.parts.items():
            if not _groups(patterns):
                raise ValueError(
                    f"`parts.{field}`: name the fields that it finds: '(?P<session>S\\d+)_'"
                )
        return self

    @model_validator(mode="after")
    def _codes_have_one_meaning(self) -> Self:
        both = sorted(self.emotions.keys() & self.exclude.keys())
        if both:
            raise ValueError(f"`exclude`: {', '.join(both)} stands in `emotions` too; keep one")
        if overlap := find_overlap([*self.emotions, *self.exclude]):
            raise ValueError(f"`emotions`: the codes {' and '.join(overlap)} overlap")
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
            "emotion": template_fields(self.emotion or ""),
            "speaker": template_fields(self.speaker or ""),
            "same_utterance": template_fields(self.same_utterance or ""),
            "gender": [self.gender.of] if self.gender else [],
            "age": [self.age.of] if self.age else [],
            "language": [self.language.of] if self.language else [],
            "channel": [self.channel.of] if isinstance(self.channel, Channels) else [],
            "splits": list(filter(None, [self.splits.group_field])),
            "votes": list(self.votes),
            "raters.columns": [
                field for fields in (self.raters or Raters()).columns.values() for field in fields
            ],
            "annotations": self.annotations,
            "parts": list(self.parts),
            "replace": list(self.replace),
            "corrections": [field for fields in self.corrections.values() for field in fields],
            **{
                f"protocols.{name}": [] if protocol.of == "split" else [protocol.of]
                for name, protocol in self.protocols.items()
            },
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
        if not self.emotions and ("emotion" in known or not self.scales):
            raise ValueError(
                "`emotions` is missing: what do native codes mean? (Only corpora with ratings, "
                "which have `scales`, and no field 'emotion' can do without)"
            )
        voted = self.raters and self.raters.emotion
        if self.emotions and "emotion" not in known and not voted:
            raise ValueError(
                "nothing gives the field 'emotion': name a group of `path` so, or `take` it; where "
                "raters give it, say how by `raters: {emotion: majority}`"
            )
        return self

    @model_validator(mode="after")
    def _raters_answer(self) -> Self:
        raters = self.raters
        if raters is None:
            return self
        for name in raters.rows:
            if name not in self.row_specs:
                raise ValueError(f"`raters.rows` names the table {name!r}, which `tables` lacks")
        given = {
            field
            for name in raters.rows
            for field in self.row_specs[name].take.keys() & raters.answers_in(name)
        }
        if raters.by and raters.by not in given:
            raise ValueError(f"`raters.by`: no table of `raters.rows` gives {raters.by!r}")
        answered = given | raters.columns.keys()
        if raters.emotion and not self.votes and "emotion" not in answered:
            raise ValueError("`raters.emotion`: nothing gives the emotions that raters name")
        if self.votes and "emotion" in answered:
            raise ValueError("`votes`: raters give them already, and would be counted twice")
        codeless = sorted({*self.votes.values()} - {*self.codes.values()})
        if raters.emotion and codeless:
            raise ValueError(
                f"`votes`: {', '.join(codeless)} has no code; the label that raters elect is one, "
                "so name it in `emotions` or `exclude`"
            )
        if raters.ratings and not answered & set(DIMENSIONS):
            raise ValueError("`raters.ratings`: nothing gives the ratings that are to be joined")
        columns = {field for fields in raters.columns.values() for field in fields}
        of_tables = (columns <= table.take.keys() for table in self.tables.values())
        if raters.ratings == "ewe" and columns and not any(of_tables):
            raise ValueError(
                "`raters.ratings`: ewe weighs raters by whole tables, but no single table gives "
                f"{', '.join(sorted(columns))}"
            )
        if raters.emotion and any("emotion" in fields for fields in self.corrections.values()):
            raise ValueError("`corrections`: raters vote for `emotion`; use `leave_out` instead")
        return self

    @cached_property
    def path_fields(self) -> frozenset[str]:
        """Fields that the file name gives."""
        return _groups(self.path)

    def parts_of(self, fields: Collection[str]) -> frozenset[str]:
        """Fields that parts of these fields give, directly or by parts of parts."""
        found = set(fields)
        for field, patterns in self.parts.items():
            found |= _groups(patterns) if field in found else set()
        return frozenset(found - set(fields))

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field a clip of this corpus may have."""
        raters = self.raters or Raters()
        taken = {
            field
            for name, rows in self.row_specs.items()
            for field in rows.take.keys() - raters.answers_in(name)
        }
        composed = {"speaker", *(["emotion"] if self.emotion else [])}
        given = self.path_fields | taken | {"path", "stem"} | composed
        return given | self.parts_of(given)

    @cached_property
    def kept_fields(self) -> tuple[str, ...]:
        """Fields that an utterance keeps as they are, to make labels and folds from again."""
        by_protocols = {protocol.of for protocol in self.all_protocols.values()} & self.fields
        kept = {*self.annotations, *self.scales, *self.votes, *(by_protocols - {"speaker"})}
        return tuple(sorted(kept))

    @property
    def all_protocols(self) -> dict[str, ProtocolSpec]:
        """Protocols that a published list or the spec itself states, by name."""
        return published_protocols(self.id) | self.protocols

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """Every native code → its category, or why it is left out."""
        return CodeMap(self.emotions | self.exclude)

    @property
    def outcomes(self) -> Mapping[str, str]:
        """Whatever votes are given to, a code or a field → its category, or why it is left out."""
        return self.votes or self.codes

    @property
    def source_rules(self) -> SourceRules:
        """Rules by which files that hold other files are read."""
        return SourceRules(
            self.archive, self.archive_encoding, self.ignore_case, self.parquet, self.webdataset
        )

    @cached_property
    def clip_rows(self) -> Mapping[str, ClipRows]:
        """Files in which every row is a clip, by the key that describes them."""
        return {key: rows for key in _CLIP_ROWS if (rows := getattr(self, key)) is not None}

    @cached_property
    def row_specs(self) -> Mapping[str, RowSpec]:
        """Everything that has rows: tables by name, and files in which every row is a clip."""
        return {**self.clip_rows, **self.tables}

    @property
    def speaker_namespace(self) -> str:
        """Part before the colon of a speaker's id."""
        return self.namespace or self.id
