"""The corpus spec: the pydantic model behind ``corpora_specs/*.yaml``.

A spec describes one corpus as data: where its clips lie, how labels and speakers are read from
names and tables, what its codes mean, how it is split. ``docs/specs.md`` teaches the language.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import chain
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline.common.spec_model import Glob, OneOrMore, Regex, SpecModel
from pipeline.schema.record import ClassName, Dimension
from pipeline.specs.code_map import CodeMap
from pipeline.specs.corpus_id import CorpusId
from pipeline.specs.own_category import OwnCategory
from pipeline.specs.published_protocols import published_protocols
from pipeline.specs.raters import Raters
from pipeline.specs.row_spec import RowSpec
from pipeline.specs.source_spec import ClipRows, ParquetSpec, SourceRules, WebDatasetSpec
from pipeline.specs.spec_checks import (
    check_answers,
    check_codes,
    check_corrections,
    check_emotion,
    check_fields,
    check_parts,
    check_rater_tables,
    check_same_speaker,
    check_table_names,
    named_groups,
)
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

Codes = Annotated[dict[str, str], AfterValidator(CodeMap)]


def _name_class(value: object) -> object:
    return {"class": value} if isinstance(value, str) else value


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
    def _keys_go_together(self) -> Self:
        check_same_speaker(self.same_speaker)
        check_table_names(self.tables, self.clip_rows)
        check_parts(self.parts)
        check_codes(self.emotions, self.exclude, self.meanings)
        check_fields(self.used_fields, self.fields)
        voted = self.raters is not None and self.raters.emotion is not None
        check_emotion("emotion" in self.fields, self.emotions, self.scales, voted)
        if self.raters is not None:
            check_rater_tables(self.raters, self.row_specs, self.tables)
            check_answers(self.raters, self.row_specs, self.votes, self.codes)
            check_corrections(self.raters, self.corrections)
        return self

    @cached_property
    def path_fields(self) -> frozenset[str]:
        """Fields that the file name gives."""
        return named_groups(self.path)

    def parts_of(self, fields: Collection[str]) -> frozenset[str]:
        """Fields that parts of these fields give, directly or by parts of parts."""
        found = set(fields)
        for field, patterns in self.parts.items():
            found |= named_groups(patterns) if field in found else set()
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

    @property
    def used_fields(self) -> Mapping[str, Collection[str]]:
        """Key of the spec → fields that it uses."""
        raters = self.raters or Raters()
        of = {"gender": self.gender, "age": self.age, "language": self.language}
        channel = self.channel if isinstance(self.channel, Channels) else None
        templates = {
            "emotion": self.emotion,
            "speaker": self.speaker,
            "same_utterance": self.same_utterance,
        }
        return {
            **{key: template_fields(template or "") for key, template in templates.items()},
            **{key: [values.of] for key, values in (of | {"channel": channel}).items() if values},
            "splits": list(filter(None, [self.splits.group_field])),
            "votes": list(self.votes),
            "raters.columns": list(chain.from_iterable(raters.columns.values())),
            "annotations": self.annotations,
            "parts": list(self.parts),
            "replace": list(self.replace),
            "corrections": list(chain.from_iterable(self.corrections.values())),
            **{
                f"protocols.{name}": [] if protocol.of == "split" else [protocol.of]
                for name, protocol in self.protocols.items()
            },
            **{
                f"tables.{name}.match": list(
                    chain.from_iterable(map(template_fields, chain(*table.match.values())))
                )
                for name, table in self.tables.items()
            },
        }

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
