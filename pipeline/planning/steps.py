"""The steps from a corpus to utterances that know their shards.

Plain functions: Beam, a check and a dry run call the same ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

import numpy as np

from pipeline.index.corpus_notes import NO_NOTES, merge_notes, note_encodings
from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.passed_over import PassedOver
from pipeline.index.rater_weights import add_weighted_ratings, weigh_raters
from pipeline.index.table_files import load_tables
from pipeline.index.table_finder import TableFinder
from pipeline.index.table_rows import TableRows
from pipeline.labels import label_utterance
from pipeline.planning.batches import ClipBatch, UtteranceBatch, in_batches
from pipeline.planning.build_config import BuildConfig, Corpus
from pipeline.planning.corpus_plan import CorpusPlan, assign_split_and_shard, plan_splits
from pipeline.planning.group_conflicts import (
    Marks,
    find_group_conflicts,
    find_repeated,
    mark_copies,
)
from pipeline.planning.shard_names import shard_group_key
from pipeline.planning.slots import SlotLoads, count_slots, merge_slots
from pipeline.planning.spilled_clips import spill_clips
from pipeline.raters.ratings import Weights
from pipeline.schema.record import SPLITS
from pipeline.schema.utterance import Utterance
from pipeline.sources.listing import SourceFile
from pipeline.splits.groups import GroupCounts, count_groups, count_ungrouped, merge_counts

BatchKey = tuple[str, int]
"""Corpus and number of a batch."""


@dataclass(frozen=True)
class BatchCounts:
    """Counts of one batch; those of all batches decide how the corpus is split.

    Attributes:
        number: Number of the batch.
        groups: Utterances of every group by native label.
        ungrouped: Number of utterances that no group keeps together.
        marks: Hashes by which copies in other batches are found.
        segments: Loads of the slots of long recordings.
    """

    number: int
    groups: GroupCounts
    ungrouped: int
    marks: Marks = field(default_factory=lambda: mark_copies([]))
    segments: SlotLoads = field(default_factory=dict)


@dataclass(frozen=True)
class Tables:
    """Tables and weights that the clips of a corpus are joined with.

    Attributes:
        rows: Tables by name.
        weights: Weights of the raters, where ratings are weighted.
    """

    rows: Mapping[str, TableRows] = field(default_factory=dict)
    weights: Weights = field(default_factory=dict)


NO_TABLES = Tables()


def first_elements(build: BuildConfig) -> list[str | None]:
    """Ids of the corpora, padded with None to the number of partitions."""
    return [*sorted(build.corpora), *[None] * (build.partitions - len(build.corpora))]


def list_clips(corpus_id: str | None, build: BuildConfig) -> Iterator[ClipBatch]:
    """Clips of a corpus in batches, so that it is never in memory all at once.

    It is listed once. Where it has tables, clips wait on disk until all of their files are found.
    """
    if corpus_id is None:
        return iter(())
    corpus = build.corpora[corpus_id]
    spec, tables, others = corpus.spec, TableFinder(corpus.spec), PassedOver(corpus.spec)
    files = tables.watch(corpus.walk()) if spec.tables else corpus.walk()
    clips = others.watch(find_clips(spec, files, others.add))
    if spec.tables:
        clips = spill_clips(clips)
        others.check_unread()
    return in_batches(corpus_id, clips, tables.files(), others.notes)


def read_tables(corpus: Corpus, files: tuple[SourceFile, ...]) -> Tables:
    """Reads the tables of a corpus.

    Args:
        corpus: Corpus that they belong to.
        files: Their files, as its batches name them.
    """
    rows = load_tables(corpus.spec, files, corpus.reader())
    return Tables(rows, weigh_raters(corpus.spec, rows))


read_tables_once = lru_cache(maxsize=4)(read_tables)
"""As :func:`read_tables`, once a worker."""


def index_batch(
    batch: ClipBatch, build: BuildConfig, tables: Tables | None = None
) -> UtteranceBatch:
    """Labelled utterances of a batch of clips.

    Args:
        batch: Batch of a corpus.
        build: Build that it is a part of.
        tables: Tables of the corpus; those that this worker reads, unless given.
    """
    corpus = build.corpora[batch.corpus]
    if tables is None:
        tables = read_tables_once(corpus, batch.tables) if batch.clips else NO_TABLES
    clips = index_clips(corpus.spec, batch.clips, tables.rows)
    indexed = add_weighted_ratings(clips, tables.weights)
    utterances = tuple(label_utterance(u, corpus.spec, build.scheme) for u in indexed)
    build.progress.found(batch.corpus, sum(u.dropped is None for u in utterances))
    read = note_encodings(tables.rows) if batch.number == 0 else NO_NOTES
    return UtteranceBatch(batch.corpus, batch.number, utterances, merge_notes([batch.notes, read]))


def count_batch(batch: UtteranceBatch) -> tuple[str, BatchCounts]:
    """Counts of one batch; those of all batches decide how the corpus is split."""
    return batch.corpus, BatchCounts(
        batch.number,
        count_groups(batch.utterances),
        count_ungrouped(batch.utterances),
        mark_copies(batch.utterances),
        count_slots(batch.utterances),
    )


def plan_batches(
    counted: tuple[str, Iterable[BatchCounts]], build: BuildConfig
) -> Iterator[tuple[BatchKey, CorpusPlan]]:
    """Plans one corpus from the counts of all its batches; yields what each batch needs of it."""
    corpus, counts = counted[0], list(counted[1])
    groups = merge_counts(part.groups for part in counts)
    ungrouped = sum(part.ungrouped for part in counts)
    marks = np.concatenate([mark_copies([]), *(part.marks for part in counts)])
    copies = find_repeated(marks), find_group_conflicts(marks)
    segments = merge_slots(part.segments for part in counts)
    plan = plan_splits(build.corpora[corpus].spec, groups, ungrouped, *copies, segments)
    for part in counts:
        slots = product(map(str, SPLITS), part.segments)
        own = {slot: plan.segments[slot] for slot in slots if slot in plan.segments}
        yield (corpus, part.number), replace(plan, segments=own)


def assign_shards(
    batch: UtteranceBatch, plan: CorpusPlan, build: BuildConfig
) -> Iterator[tuple[str, UtteranceBatch]]:
    """Utterances of a batch with their splits and shards, by group key."""
    spec = build.corpora[batch.corpus].spec
    shards: dict[str, list[Utterance]] = {}
    for utterance in batch.utterances:
        placed = assign_split_and_shard(utterance, spec, plan)
        shards.setdefault(placed.shard or "", []).append(placed)
    parts: dict[str, list[Utterance]] = {}
    for utterances in shards.values():
        key = shard_group_key(utterances[0], plan.shards, plan.reserved)
        parts.setdefault(key, []).extend(utterances)
    for key, utterances in parts.items():
        yield key, UtteranceBatch(batch.corpus, batch.number, tuple(utterances))
