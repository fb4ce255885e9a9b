"""Plan: which utterance goes into which shard, decided on metadata alone.

A shard is named after its corpus and split; an utterance's place among the shards of its split is
a hash of its dedup_key, so it depends on nothing but the corpus itself.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.index.indexer import find_clips, index_clips
from pipeline.index.table_join import Read, load_tables
from pipeline.labels import EmotionScheme, label_utterance
from pipeline.schema.record import SPLITS
from pipeline.schema.utterance import Utterance, excluded
from pipeline.sources.listing import SourceFile
from pipeline.sources.reader import Reader, list_sources
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.spec_types import Split
from pipeline.splits import (
    GroupCounts,
    assign_groups,
    count_groups,
    expected_sizes,
    split_utterance,
)

UTTERANCES_PER_SHARD = 500
"""About 25 MB of FLAC: small enough to redo, large enough to read in one go."""

MAX_PARTS = 500
"""Parts that a batch of utterances is cut into at most, to be gathered with those of others."""

UNWRITTEN = "unwritten"
"""Stands where a split's name would, for utterances that no shard will hold."""


@dataclass(frozen=True)
class CorpusPlan:
    """What must be known of a whole corpus before any of its utterances can be placed.

    Attributes:
        splits: Group → split.
        shards: Split → number of shards.
    """

    splits: Mapping[str, Split]
    shards: Mapping[str, int]


def plan_splits(spec: CorpusSpec, counts: GroupCounts, ungrouped: int) -> CorpusPlan:
    """Assigns the groups of a corpus to splits and sizes its shards.

    Args:
        spec: The corpus.
        counts: Utterances of every group by category.
        ungrouped: Number of utterances without a group.
    """
    splits = assign_groups(spec, counts)
    sizes = expected_sizes(spec, counts, ungrouped, splits)
    return CorpusPlan(
        splits, {s: max(1, math.ceil(sizes[s] / UTTERANCES_PER_SHARD)) for s in SPLITS}
    )


def assign_split_and_shard(utterance: Utterance, spec: CorpusSpec, plan: CorpusPlan) -> Utterance:
    """Gives an utterance its split and its shard."""
    placed = split_utterance(utterance, spec, plan.splits)
    return placed._replace(shard=shard_name(placed, plan.shards))


def shard_group_key(utterance: Utterance, plan: CorpusPlan) -> str:
    """What a placed utterance is gathered under: its shard, or a run of neighbouring shards.

    Runs keep the parts few that batches of a corpus of millions are cut into.
    """
    count = plan.shards.get(utterance.split or "", 1)
    run = math.ceil(count / MAX_PARTS)
    if run == 1 or utterance.dropped is not None:
        return utterance.shard or ""
    return f"{utterance.corpus}/{utterance.split}-{_shard_index(utterance, count) // run}"


def shard_name(utterance: Utterance, shards: Mapping[str, int]) -> str:
    """The shard that an utterance belongs to.

    >>> from pipeline.schema.utterance import Utterance
    >>> clip = Utterance("tess/OAF_mop_sad", "tess", "tess/OAF_mop_sad", "OAF_mop_sad.wav", 9, "")
    >>> shard_name(clip, {})
    'tess/unwritten-00000-of-00001'
    """
    if utterance.dropped is not None or utterance.split is None:
        return f"{utterance.corpus}/{UNWRITTEN}-00000-of-00001"
    count = shards[utterance.split]
    index = _shard_index(utterance, count)
    return f"{utterance.corpus}/{utterance.split}-{index:05d}-of-{count:05d}"


def _shard_index(utterance: Utterance, count: int) -> int:
    digest = hashlib.blake2b(utterance.dedup_key.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % count


def drop_copies(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Sorts utterances by id and excludes all but the preferred one of every set of copies.

    Copies share a path (an archive unpacked twice) or whatever the spec calls the same utterance
    (the WAV and the MP3 of one take); of those that can be used the glob named first wins, then the
    shortest path.
    """
    kept: dict[str, Utterance] = {}
    result = []
    by_preference = sorted(
        utterances,
        key=lambda u: (
            u.dedup_key,
            u.dropped is not None,
            u.glob_rank,
            len(u.source_path),
            u.source_path,
        ),
    )
    for utterance in by_preference:
        first = kept.setdefault(utterance.dedup_key, utterance)
        if first is not utterance and utterance.dropped is None:
            dropped = excluded("index", "copy", f"the same utterance as {first.source_path}")
            utterance = utterance._replace(dropped=dropped)
        result.append(utterance)
    return sorted(result, key=lambda u: (u.id, u.source_path))


@dataclass(frozen=True)
class IndexedCorpus:
    """A whole corpus without its audio.

    Attributes:
        utterances: Sorted by id, with labels and splits; copies are excluded.
        missing: Table → rows of clips that are not there.
    """

    utterances: list[Utterance]
    missing: dict[str, list[str]]


def plan_corpus(spec: CorpusSpec, root: str, scheme: EmotionScheme) -> IndexedCorpus:
    """Does in one call what a build does in parallel: everything but the audio.

    Raises:
        DataError: The root or a table that the spec needs is missing or unreadable.
    """
    files = list_sources(root, spec.archive)
    return plan_files(spec, files, Reader(root, spec.archive).read, scheme)


def plan_files(
    spec: CorpusSpec, files: Sequence[SourceFile], read: Read, scheme: EmotionScheme
) -> IndexedCorpus:
    """As :func:`plan_corpus`, of files that are listed already and a function that reads them."""
    tables = load_tables(spec, files, read)
    indexed = index_clips(spec, find_clips(spec, files), tables)
    found = [label_utterance(utterance, spec, scheme) for utterance in indexed]
    plan = plan_splits(spec, count_groups(found), count_ungrouped(found))
    return IndexedCorpus(
        drop_copies(split_utterance(utterance, spec, plan.splits) for utterance in found),
        {name: table.missing for name, table in tables.items() if table.missing},
    )


def count_ungrouped(utterances: Iterable[Utterance]) -> int:
    """Number of utterances that no group keeps together."""
    return sum(u.group is None and u.dropped is None for u in utterances)


def count_by_split(utterances: Iterable[Utterance]) -> Counter[str]:
    """Number of utterances to be written in every split."""
    return Counter(u.split for u in utterances if u.dropped is None and u.split)
