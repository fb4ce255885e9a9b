"""The manifest: what a dataset holds, counted from what lies in its folder."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.audio.options import AudioOptions, Codec, Normalization
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.statistics import (
    Durations,
    Gains,
    count_durations,
    count_shared_speakers,
    count_values,
    summarise_gains,
)
from pipeline.schema.record import CLASSES, SPLITS
from pipeline.shards.deduplication import find_duplicates
from pipeline.shards.receipts import Receipt
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.storage import files as storage


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SplitCounts(_Part):
    """One split of one corpus."""

    utterances: int
    hours: float
    speakers: int
    labels: dict[str, int]
    emotions: dict[str, int] = {}


class ShardFile(_Part):
    """One Parquet file, and its XXH3-128."""

    path: str
    rows: int
    bytes: int
    xxh3: str


class CorpusFacts(_Part):
    """What a corpus's spec says about it."""

    name: str
    languages: list[str]
    licence: str
    licence_url: str | None
    redistribute: bool | None
    citation: str
    split_policy: str


class CorpusManifest(CorpusFacts):
    """One corpus of a dataset: found = written + excluded + rejected.

    Attributes:
        shared_speakers: Pair of splits → speakers who stand in both.
        sample_rates: Rate of the source in Hz → clips.
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
    shards: list[ShardFile]

    @property
    def adds_up(self) -> bool:
        """Whether every clip found is accounted for."""
        return self.found == self.written + sum(self.excluded.values()) + sum(
            self.rejected.values()
        )


class StoredAudio(_Part):
    """How every clip is stored."""

    codec: Codec
    normalize: Normalization

    @property
    def options(self) -> AudioOptions:
        """As a build takes them."""
        return AudioOptions(self.codec, self.normalize)


class _Format(BaseModel):
    """The one key that is read before the others are judged."""

    format: int = 1


FORMAT = 1
"""Of the manifests written here; raised whenever an earlier release could not read one."""


class Manifest(_Part):
    """A whole dataset."""

    format: int = FORMAT
    audio: StoredAudio
    corpora: dict[str, CorpusManifest]
    speakers: int = 0
    shared_speakers: dict[str, int] = {}
    duplicates: list[list[str]]

    @property
    def written(self) -> int:
        """Utterances in all corpora."""
        return sum(corpus.written for corpus in self.corpora.values())

    @property
    def hours(self) -> float:
        """Of audio in all corpora."""
        return sum(corpus.hours for corpus in self.corpora.values())


def manifest_path(output: str) -> str:
    """Where a dataset's manifest lies."""
    return storage.join(output, "manifest.json")


def read_manifest(output: str) -> Manifest | None:
    """The manifest of a dataset; None where there is none yet.

    Raises:
        DataError: The file is not a manifest, or a later release has written it.
    """
    content = storage.read(manifest_path(output))
    try:
        _check_format(content or b"{}", manifest_path(output))
        return Manifest.model_validate_json(content) if content else None
    except ValidationError as error:
        raise DataError(
            f"{manifest_path(output)}: not a manifest of this version ({error.error_count()} "
            "faults); delete it and build all corpora again"
        ) from None


def _check_format(content: bytes, path: str) -> None:
    found = _Format.model_validate_json(content).format
    if found > FORMAT:
        raise DataError(
            f"{path}: manifest format {found}, written by a later exhubert; this one reads up to "
            f"{FORMAT}: update exhubert, or build into another folder"
        )


def require_manifest(output: str) -> Manifest:
    """The manifest of a dataset that must be there.

    Raises:
        UsageError: There is no dataset.
    """
    manifest = read_manifest(output)
    if manifest is None:
        raise UsageError(f"{output}: no manifest.json, so not a dataset; see: exhubert build")
    return manifest


def facts_from_spec(spec: CorpusSpec) -> CorpusFacts:
    """Those facts of a spec that a dataset's users need."""
    return CorpusFacts(
        name=spec.name,
        languages=spec.languages,
        licence=spec.licence.name,
        licence_url=spec.licence.url,
        redistribute=spec.licence.redistribute,
        citation=spec.citation,
        split_policy=spec.splits.describe(),
    )


def build_manifest(
    facts: Mapping[str, CorpusFacts],
    options: AudioOptions,
    receipts: Iterable[Receipt],
    rows: pd.DataFrame,
) -> Manifest:
    """Counts a dataset.

    Args:
        facts: About every corpus in the folder, by id.
        options: How clips are stored.
        receipts: Of all shards.
        rows: Metadata of all rows.
    """
    by_corpus: dict[str, list[Receipt]] = {corpus: [] for corpus in sorted(facts)}
    for receipt in receipts:
        by_corpus[receipt.corpus].append(receipt)
    return Manifest(
        audio=StoredAudio(codec=options.codec, normalize=options.normalize),
        corpora={
            corpus: _count_corpus(facts[corpus], own, rows[rows["corpus"] == corpus])
            for corpus, own in by_corpus.items()
        },
        speakers=int(rows["speaker"].nunique()),
        shared_speakers=count_shared_speakers(rows),
        duplicates=find_duplicates(rows),
    )


def _count_corpus(
    facts: CorpusFacts, receipts: list[Receipt], rows: pd.DataFrame
) -> CorpusManifest:
    unwritten = [row for receipt in receipts for row in receipt.unwritten]
    reasons = {
        status: _sorted_counts(row.reason for row in unwritten if row.status == status)
        for status in ("excluded", "rejected")
    }
    splits_of = rows.groupby("speaker")["split"].nunique()
    return CorpusManifest(
        **{name: getattr(facts, name) for name in CorpusFacts.model_fields},
        found=len(rows) + len(unwritten),
        written=len(rows),
        excluded=reasons["excluded"],
        rejected=reasons["rejected"],
        hours=_hours(rows),
        speakers=int(rows["speaker"].nunique()),
        unknown_speakers=int(rows["speaker"].isna().sum()),
        emotions=_sorted_counts(rows["emotion"].dropna()),
        labels=_labels(rows),
        flags=_sorted_counts(flag for flags in rows["flags"] for flag in flags),
        splits={split: _count_split(rows[rows["split"] == split]) for split in SPLITS},
        speakers_in_two_splits=int((splits_of > 1).sum()),
        shared_speakers=count_shared_speakers(rows),
        genders=count_values(rows["gender"]),
        durations=count_durations(rows["duration"]),
        sample_rates=count_values(rows["source_sample_rate"]),
        gains=summarise_gains(rows["gain_db"]),
        shards=[
            ShardFile(
                path=f"data/{receipt.shard}.parquet",
                rows=receipt.rows,
                bytes=receipt.size,
                xxh3=receipt.xxh3,
            )
            for receipt in receipts
            if receipt.size
        ],
    )


def _count_split(rows: pd.DataFrame) -> SplitCounts:
    return SplitCounts(
        utterances=len(rows),
        hours=_hours(rows),
        speakers=int(rows["speaker"].nunique()),
        labels=_labels(rows),
        emotions=_sorted_counts(rows["emotion"].dropna()),
    )


def _labels(rows: pd.DataFrame) -> dict[str, int]:
    counts = rows["label"].dropna().astype(int).value_counts()
    return {name: int(counts.get(index, 0)) for index, name in enumerate(CLASSES)}


def _hours(rows: pd.DataFrame) -> float:
    return round(float(rows["duration"].astype("float64").sum()) / 3600, 6)


def _sorted_counts(words: Iterable[Any]) -> dict[str, int]:
    return {str(word): count for word, count in sorted(Counter(words).items())}
