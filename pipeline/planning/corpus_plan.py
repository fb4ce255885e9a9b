"""The plan of a corpus: its groups assigned to splits, and its shards sized, by metadata alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.planning.group_conflicts import NO_CONFLICTS, GroupConflicts, drop_group_conflicts
from pipeline.planning.shard_layout import ReservedShards, SegmentShards, lay_out_shards
from pipeline.planning.shard_names import key_hash, shard_name
from pipeline.planning.slots import SlotLoads
from pipeline.schema.record import Split
from pipeline.schema.utterance import Utterance
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.splits.assignment import expected_sizes, split_utterance
from pipeline.splits.groups import GroupCounts

UTTERANCES_PER_SHARD = 500
"""About 25 MB of FLAC: small enough to redo, large enough to read in one go."""


@dataclass(frozen=True)
class CorpusPlan:
    """What the whole corpus decides about the splits and shards of its utterances.

    Attributes:
        splits: Group → split.
        shards: Split → number of shards.
        repeated: Hashes of the dedup keys that several utterances have.
        conflicts: Copies that belong to different groups, and so perhaps to different splits.
        segments: Shards of the segments of long recordings.
        reserved: Last shards of each split, which are only for such recordings.
    """

    splits: Mapping[str, Split]
    shards: Mapping[str, int]
    repeated: frozenset[int] = frozenset()
    conflicts: GroupConflicts = NO_CONFLICTS
    segments: SegmentShards = field(default_factory=dict)
    reserved: ReservedShards = field(default_factory=dict)


def plan_splits(
    spec: CorpusSpec,
    counts: GroupCounts,
    ungrouped: int,
    repeated: frozenset[int] = frozenset(),
    conflicts: GroupConflicts = NO_CONFLICTS,
    segments: SlotLoads = MappingProxyType({}),
) -> CorpusPlan:
    """Assigns the groups of a corpus to splits and sizes its shards.

    Args:
        spec: The corpus.
        counts: Group → native label → number of utterances.
        ungrouped: Number of utterances without a group.
        repeated: Hashes of the dedup keys that several utterances have.
        conflicts: Copies that belong to different groups, and so perhaps to different splits.
        segments: Loads of the segments of long recordings, merged over the corpus.
    """
    splits = spec.splits.assign(counts, spec.id, spec.namespace)
    sizes = expected_sizes(spec.splits, counts, ungrouped, splits)
    layout = lay_out_shards(segments, spec.splits, splits, sizes, UTTERANCES_PER_SHARD)
    return CorpusPlan(splits, layout.shards, repeated, conflicts, layout.segments, layout.reserved)


def assign_split(utterance: Utterance, spec: CorpusSpec, plan: CorpusPlan) -> Utterance:
    """Gives an utterance its split, unless it is a copy that must be dropped."""
    return split_utterance(
        drop_group_conflicts(utterance, plan.conflicts), spec.splits, plan.splits
    )


def assign_split_and_shard(utterance: Utterance, spec: CorpusSpec, plan: CorpusPlan) -> Utterance:
    """Gives an utterance its split and its shard."""
    placed = assign_split(utterance, spec, plan)
    if placed.block and key_hash(placed.dedup_key) in plan.repeated:
        alone = placed._replace(block="")  # as its copies in files are
        return placed._replace(shard=shard_name(alone, plan.shards, plan.segments, plan.reserved))
    return placed._replace(shard=shard_name(placed, plan.shards, plan.segments, plan.reserved))
