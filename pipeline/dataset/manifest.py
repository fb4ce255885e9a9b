"""The manifest: what a dataset holds, counted from what lies in its folder."""

import re
from itertools import combinations
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, computed_field

from pipeline.audio.options import AudioOptions
from pipeline.common.errors import DataError, UsageError
from pipeline.common.manifest_format import FORMAT, MANIFEST, check_format
from pipeline.common.release import (
    FIRST_VERSION,
    TITLE,
    check_date,
    check_title,
    check_version,
)
from pipeline.dataset.duplicates.findings import LabelConflict, NearDuplicates, SamePerson
from pipeline.dataset.published_counts import CountComparison, compare_counts
from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes
from pipeline.raters.agreement import Agreement
from pipeline.schema.record import SPLITS
from pipeline.specs.corpus_id import CorpusId
from pipeline.specs.licence_terms import Kind, MixTerm, mix_terms
from pipeline.splits.protocols.statement import ProtocolStatements
from pipeline.splits.split_warnings import warn_of_splits
from pipeline.storage import files as storage

BIN = 0.5
"""Width of a bin of the histogram of lengths, in s."""

BINS = 31
"""Number of bins; the last one holds all clips of 15 s and more."""

SPLIT_PAIRS = tuple(f"{one} ∩ {other}" for one, other in combinations(SPLITS, 2))
"""Names of the pairs of splits."""


def _check_path(path: str) -> str:
    if not re.fullmatch(r"data/\w+/[\w-]+\.parquet", path):
        raise ValueError(f"expected data/CORPUS/NAME.parquet, found {path!r}")
    return path


ShardPath = Annotated[str, AfterValidator(_check_path)]
"""Path of a shard below the dataset folder; one that leads elsewhere is refused."""


class ManifestModel(BaseModel):
    """A part of the manifest: immutable; keys of later releases are passed over."""

    model_config = ConfigDict(frozen=True)


class Durations(ManifestModel):
    """Lengths of clips, in s.

    Attributes:
        counts: Clips in every bin of :data:`BIN` s, from 0.
    """

    counts: list[int] = []
    shortest: float = 0.0
    median: float = 0.0
    longest: float = 0.0


class Gains(ManifestModel):
    """Gains that level normalisation applied, in dB: the 5th, 50th and 95th percentile."""

    low: float
    median: float
    high: float


class SplitCounts(ManifestModel):
    """One split of one corpus."""

    utterances: int
    hours: float
    speakers: int
    labels: dict[str, int]
    emotions: dict[str, int] = {}


class ShardFile(ManifestModel):
    """One Parquet file, and its XXH3-128."""

    path: ShardPath
    rows: int
    bytes: int
    xxh3: str

    @property
    def name(self) -> str:
        """Name of the shard, as its receipt has it."""
        return self.path.removeprefix("data/").removesuffix(".parquet")


class NearestCounts(ManifestModel):
    """Published counts of the complete edition that is nearest in size, and who published them."""

    utterances: int | None = None
    speakers: int | None = None
    emotions: dict[str, int] = {}
    source: str = ""


class CorpusFacts(ManifestModel):
    """Facts about a corpus from its spec and its index.

    Attributes:
        usable: Utterances that index and labels keep, comparable to published counts; None in
            manifests of earlier releases.
        published: Utterances of the complete edition that is nearest in size; None if unknown.
        published_counts: All published counts of that edition.
        notes: Notes on choices that indexing made, and files that it left out.
        own_spec: Whether the spec is a user's own, and not the one that was shipped.
        agreement: Agreement of its raters about emotion and dimensions over all that was found,
            clips that were excluded for disagreement included.
    """

    name: str
    languages: list[str]
    licence: str
    licence_url: str | None
    redistribute: bool | None
    citation: str
    split_policy: str
    usable: int | None = None
    published: int | None = None
    published_counts: NearestCounts | None = None
    notes: CorpusNotes = NO_NOTES
    own_spec: bool = False
    agreement: dict[str, Agreement] = {}


class CorpusManifest(CorpusFacts):
    """One corpus of a dataset: found = written + excluded + rejected.

    Attributes:
        shared_speakers: Pair of splits → speakers who stand in both.
        sample_rates: Rate of the source in Hz → clips.
        spellings: Speakers whose names differ in case, blanks or width alone, in groups.
    """

    found: int
    written: int
    excluded: dict[str, int]
    rejected: dict[str, int]
    hours: float
    speakers: int
    unknown_speakers: int
    emotions: dict[str, int]
    labels: dict[str, int]
    flags: dict[str, int]
    splits: dict[str, SplitCounts]
    speakers_in_two_splits: int
    shared_speakers: dict[str, int] = {}
    genders: dict[str, int] = {}
    durations: Durations = Durations()
    sample_rates: dict[str, int] = {}
    gains: Gains | None = None
    spellings: list[list[str]] = []
    shards: list[ShardFile]

    @property
    def adds_up(self) -> bool:
        """Whether every clip found is accounted for."""
        return self.found == self.written + sum(self.excluded.values()) + sum(
            self.rejected.values()
        )

    @property
    def split_warnings(self) -> list[str]:
        """Warnings about splits on which scores mean little."""
        classes = {name: counts.labels for name, counts in self.splits.items()}
        return list(
            warn_of_splits(classes, {name: one.speakers for name, one in self.splits.items()})
        )

    @property
    def compared(self) -> list[CountComparison]:
        """Published counts beside what was found; none in manifests of earlier releases."""
        if self.published_counts is None or self.usable is None:
            return []
        unread = self.usable - self.written
        return compare_counts(
            self.published_counts, self.usable, self.speakers, self.emotions, unread
        )

    @property
    def mismatches(self) -> list[CountComparison]:
        """Published counts that differ from what was found."""
        return [count for count in self.compared if count.differs]


class Manifest(ManifestModel):
    """A whole dataset.

    Attributes:
        title: Title for people.
        version: Semantic version; :mod:`pipeline.dataset.versioning` says when it is raised.
        date_published: Date of this version, if it was given.
        speakers_in_corpora: Corpora that have speakers in common, by their ids joined with ` ∩ ` →
            how many speakers.
        duplicates: Ids of utterances whose audio is equal, in groups.
        near_duplicates: Results of the last search; None without a search.
        conflicting_labels: Recordings that have several labels.
        same_person: Speakers who share most of their clips.
    """

    format: int = FORMAT
    title: Annotated[str, AfterValidator(check_title)] = TITLE
    version: Annotated[str, AfterValidator(check_version)] = FIRST_VERSION
    date_published: Annotated[str, AfterValidator(check_date)] | None = None
    audio: AudioOptions
    corpora: dict[CorpusId, CorpusManifest]
    speakers: int = 0
    shared_speakers: dict[str, int] = {}
    speakers_in_corpora: dict[str, int] = {}
    duplicates: list[list[str]]
    near_duplicates: NearDuplicates | None = None
    conflicting_labels: list[LabelConflict] = []
    same_person: list[SamePerson] = []
    protocols: ProtocolStatements = {}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def terms(self) -> dict[Kind, MixTerm]:
        """Terms of the whole dataset: for each kind the strictest of any corpus."""
        return mix_terms(
            {name: (entry.licence, entry.redistribute) for name, entry in self.corpora.items()}
        )

    @property
    def written(self) -> int:
        """Utterances in all corpora."""
        return sum(corpus.written for corpus in self.corpora.values())

    @property
    def hours(self) -> float:
        """Hours of audio in all corpora."""
        return sum(corpus.hours for corpus in self.corpora.values())


def manifest_path(output: str) -> str:
    """Path or URL of a dataset's manifest."""
    return storage.join(output, MANIFEST)


def read_manifest(output: str) -> Manifest | None:
    """The manifest of a dataset; None where there is none yet.

    Raises:
        DataError: The file is not a manifest, or a later release has written it.
    """
    content = storage.read(manifest_path(output))
    try:
        check_format(content or b"{}", manifest_path(output))
        return Manifest.model_validate_json(content) if content else None
    except ValidationError as error:
        raise DataError(
            f"{manifest_path(output)}: not a manifest of this version ({_first_fault(error)}); "
            "delete it and build all corpora again"
        ) from None


def _first_fault(error: ValidationError) -> str:
    first, count = error.errors(include_url=False)[0], error.error_count()
    key = ".".join(map(str, first["loc"]))
    more = f", and {count - 1} more" if count > 1 else ""
    return f"{key}: {first['msg']}{more}" if key else f"{first['msg']}{more}"


def require_manifest(output: str) -> Manifest:
    """The manifest of a dataset that must be there.

    Raises:
        UsageError: There is no dataset.
    """
    manifest = read_manifest(output)
    if manifest is None:
        raise UsageError(f"{output}: no manifest.json, so not a dataset; see: exhubert build")
    return manifest
