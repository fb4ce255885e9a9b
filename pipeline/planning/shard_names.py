"""Names of shards, and the keys by which utterances are grouped for them.

A shard is named after its corpus and split; an utterance's index among the shards of its split is a
hash of its dedup key, so it depends on nothing but the corpus itself. Utterances that are read in
one block are hashed by it, and so go to one shard, unless they have copies, which must meet.
Segments of long recordings lie together, as :mod:`pipeline.planning.shard_layout` decides; the last
shards of a split may be reserved for them.
"""

import hashlib
import math
from collections.abc import Mapping
from types import MappingProxyType

from pipeline.planning.shard_layout import ReservedShards, SegmentShards
from pipeline.planning.slots import slot_of
from pipeline.schema.utterance import Utterance

MAX_GROUP_KEYS = 500
"""Upper limit on the group keys that one batch of utterances is split into."""

_NO_SEGMENTS: SegmentShards = MappingProxyType({})
_NONE_RESERVED: ReservedShards = MappingProxyType({})

UNWRITTEN = "unwritten"
"""Stands for the name of a split, for utterances that no shard will hold."""


def shard_name(
    utterance: Utterance,
    shards: Mapping[str, int],
    segments: SegmentShards = _NO_SEGMENTS,
    reserved: ReservedShards = _NONE_RESERVED,
) -> str:
    """The shard that an utterance belongs to.

    Args:
        utterance: An utterance with its split.
        shards: Split → number of shards.
        segments: Shards of the segments of long recordings.
        reserved: The last shards of each split, which are reserved for some.

    >>> from pipeline.schema.utterance import Utterance
    >>> clip = Utterance("tess/OAF_mop_sad", "tess", "tess/OAF_mop_sad", "OAF_mop_sad.wav", 9, "")
    >>> shard_name(clip, {})
    'tess/unwritten-00000-of-00001'
    """
    if utterance.dropped is not None or utterance.split is None:
        return unwritten_shard(utterance.corpus)
    count = shards[utterance.split]
    slot = slot_of(utterance) if segments else None
    index = segments.get((utterance.split, slot)) if slot else None
    if index is None:
        mixed = count - len(reserved.get(utterance.split, ()))
        index = key_hash(utterance.block or utterance.dedup_key) % (mixed or count)
    return f"{utterance.corpus}/{utterance.split}-{index:05d}-of-{count:05d}"


def unwritten_shard(corpus: str) -> str:
    """Name of what stands for a shard of a corpus's utterances that no shard will hold."""
    return f"{corpus}/{UNWRITTEN}-00000-of-00001"


def shard_group_key(
    utterance: Utterance, shards: Mapping[str, int], reserved: ReservedShards = _NONE_RESERVED
) -> str:
    """GroupByKey key of an utterance: its shard, shards written together, or neighbouring shards.

    Neighbours keep the number of keys low that a batch of a corpus of millions is split into.

    Args:
        utterance: An utterance with its split and shard.
        shards: Split → number of shards.
        reserved: The last shards of each split, and what each is reserved for.
    """
    count = shards.get(utterance.split or "", 1)
    owners = reserved.get(utterance.split or "", ())
    mixed = count - len(owners)
    run = math.ceil(mixed / MAX_GROUP_KEYS)
    if (run <= 1 and not owners) or utterance.dropped is not None:
        return utterance.shard or ""
    index = int((utterance.shard or "").rpartition("-of-")[0].rpartition("-")[2])
    if index >= mixed:
        return f"{utterance.corpus}#{owners[index - mixed]}"
    return f"{utterance.corpus}/{utterance.split}-{index // run}"


def is_written_together(group_key: str) -> bool:
    """Whether all shards that gather under a key are written in one pass through their files."""
    return "#" in group_key


def key_hash(key: str) -> int:
    """A hash in 64 bits that is the same everywhere."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
