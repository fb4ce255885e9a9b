"""Builds the manifest: counts a dataset from its receipts and the metadata of its rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any

import pandas as pd

from pipeline.audio.options import AudioOptions
from pipeline.common.spelling import find_spellings
from pipeline.dataset.duplicates.conflicts import find_conflicts
from pipeline.dataset.duplicates.findings import NearDuplicates
from pipeline.dataset.duplicates.groups import connect
from pipeline.dataset.duplicates.near import audio_checksums
from pipeline.dataset.duplicates.pair_table import PairTable
from pipeline.dataset.duplicates.persons import find_same_persons
from pipeline.dataset.manifest import (
    BIN,
    BINS,
    SPLIT_PAIRS,
    CorpusFacts,
    CorpusManifest,
    Durations,
    Gains,
    Manifest,
    NearestCounts,
    ShardFile,
    SplitCounts,
)
from pipeline.index.corpus_notes import NO_NOTES, CorpusNotes
from pipeline.raters.agreement import Agreement
from pipeline.schema.record import CLASSES, SPLITS
from pipeline.shards.deduplication import find_duplicates
from pipeline.shards.receipts import ShardReceipt
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.loader import is_shipped
from pipeline.splits.protocols.statement import ProtocolStatement


def facts_from_spec(
    spec: CorpusSpec,
    usable: int,
    agreement: Mapping[str, Agreement] = MappingProxyType({}),
    notes: CorpusNotes = NO_NOTES,
) -> CorpusFacts:
    """Facts of a spec that users of the dataset need.

    Args:
        spec: Spec of a corpus.
        usable: Utterances of it that were found and left in before audio was read.
        agreement: Agreement of its raters.
        notes: On its index.
    """
    published = spec.expected.nearest(usable)
    return CorpusFacts(
        name=spec.name,
        languages=spec.languages,
        licence=spec.licence.name,
        licence_url=spec.licence.url,
        redistribute=spec.licence.redistribute,
        citation=spec.citation,
        split_policy=spec.splits.describe(),
        usable=usable,
        published=published.utterances,
        published_counts=NearestCounts(
            utterances=published.utterances,
            speakers=published.speakers,
            emotions=published.emotions,
            source=published.source,
        ),
        notes=notes,
        own_spec=not is_shipped(spec),
        agreement=dict(agreement),
    )


def build_manifest(
    facts: Mapping[str, CorpusFacts],
    options: AudioOptions,
    receipts: Iterable[ShardReceipt],
    rows: pd.DataFrame,
    found: Mapping[str, int],
    protocols: Mapping[str, ProtocolStatement] = MappingProxyType({}),
    pairs: PairTable | None = None,
) -> Manifest:
    """Counts a dataset.

    Args:
        facts: About every corpus in the folder, by id.
        options: Options by which clips are stored.
        receipts: Receipts of all shards.
        rows: Metadata of all rows.
        found: Utterances of every corpus, counted apart from receipts and rows.
        pairs: Clips that hold the same recording, those that were removed included.
        protocols: Protocols of the dataset, by name.
    """
    receipts, pairs = list(receipts), pairs or PairTable()
    by_corpus: dict[str, list[ShardReceipt]] = {corpus: [] for corpus in sorted(facts)}
    for receipt in receipts:
        by_corpus[receipt.corpus].append(receipt)
    return Manifest(
        audio=options,
        corpora={
            corpus: _count_corpus(facts[corpus], own, rows[rows["corpus"] == corpus], found[corpus])
            for corpus, own in by_corpus.items()
        },
        speakers=int(rows["speaker"].nunique()),
        shared_speakers=count_shared_speakers(rows),
        speakers_in_corpora=count_speakers_in_corpora(rows),
        duplicates=find_duplicates(rows),
        near_duplicates=_near_duplicates(pairs, rows, receipts),
        conflicting_labels=find_conflicts(pairs.pairs, set(rows["id"]), receipts),
        same_person=find_same_persons(pairs.pairs, rows),
        protocols=dict(protocols),
    )


def count_durations(seconds: "pd.Series[float]") -> Durations:
    """Histogram and range of lengths in s."""
    if seconds.empty:
        return Durations()
    bins = (seconds // BIN).clip(upper=BINS - 1).astype(int).value_counts()
    return Durations(
        counts=[int(bins.get(index, 0)) for index in range(BINS)],
        shortest=round(float(seconds.min()), 3),
        median=round(float(seconds.median()), 3),
        longest=round(float(seconds.max()), 3),
    )


def summarise_gains(gains: "pd.Series[float]") -> Gains | None:
    """Range of gains in dB, with no -0.0; None where there is none."""
    if gains.empty:
        return None
    low, median, high = (round(float(gains.quantile(q)), 2) + 0.0 for q in (0.05, 0.5, 0.95))
    return Gains(low=low, median=median, high=high)


def count_values(column: "pd.Series[Any]") -> dict[str, int]:
    """How often each value occurs, ``unknown`` among them, the most frequent first."""
    counts = column.astype(object).fillna("unknown").value_counts()
    pairs = ((str(value), int(count)) for value, count in counts.items())
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def count_shared_speakers(rows: pd.DataFrame) -> dict[str, int]:
    """Speakers who stand in both splits of a pair."""
    speakers = {split: set(rows["speaker"][rows["split"] == split].dropna()) for split in SPLITS}
    return {
        pair: len(speakers[one] & speakers[other])
        for pair, (one, other) in zip(SPLIT_PAIRS, combinations(SPLITS, 2), strict=True)
    }


def count_speakers_in_corpora(rows: pd.DataFrame) -> dict[str, int]:
    """Corpora that have speakers in common → how many; sorted."""
    corpora = rows.dropna(subset=["speaker"]).groupby("speaker")["corpus"].unique()
    shared = Counter(" ∩ ".join(sorted(found)) for found in corpora if len(found) > 1)
    return dict(sorted(shared.items()))


def _near_duplicates(
    table: PairTable, rows: pd.DataFrame, receipts: Iterable[ShardReceipt]
) -> NearDuplicates | None:
    if not table.searched:
        return None
    near = [pair for pair in table.pairs if pair.kind == "near"]
    groups = connect((pair.one.id, pair.other.id) for pair in near)
    written = set(rows["id"])
    staying = ([name for name in group if name in written] for group in groups)
    now = audio_checksums(rows)
    return NearDuplicates(
        unsearched=sorted(name for name, audio in now.items() if table.searched.get(name) != audio),
        groups=[group for group in staying if len(group) > 1],
        excluded=sum(
            row.reason == "near_duplicate_across_splits"
            for receipt in receipts
            for row in receipt.unwritten
        ),
    )


def _count_corpus(
    facts: CorpusFacts, receipts: list[ShardReceipt], rows: pd.DataFrame, found: int
) -> CorpusManifest:
    unwritten = [row for receipt in receipts for row in receipt.unwritten]
    reasons = {
        status: _sorted_counts(row.reason for row in unwritten if row.status == status)
        for status in ("excluded", "rejected")
    }
    splits_of = rows.groupby("speaker")["split"].nunique()
    return CorpusManifest(
        **{name: getattr(facts, name) for name in CorpusFacts.model_fields},
        found=found,
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
        spellings=find_spellings(rows["speaker"].dropna().unique()),
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
