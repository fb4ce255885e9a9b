"""Shards for the segments of recordings and for the rows of Parquet: each file is read once.

The shard of a clip is a hash of its id. With segments, that would make every shard read every
recording. So the segments of one recording go to one shard. If they last more than an hour, or
belong to several splits, they get shards of their own, which are written together in one pass
through the recording.

A row group of a Parquet file counts as a recording, whose rows are read in order.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.planning.slots import LARGEST_PIECE_MS, Slot, SlotLoads
from pipeline.schema.record import SPLITS, Split
from pipeline.splits.assignment import expected_sizes
from pipeline.splits.policies import SplitPolicy

PIECE_MS = 1_800_000
"""Longest audio of one piece of a longer recording, in ms."""

VOLUME_MS = 32 * PIECE_MS
"""Longest audio that is written in one pass, in ms: the waiting clips take about a gigabyte of
memory, a few where lengths are only estimated."""

CROWDED = 1.25
"""Fullest a shard may become, relative to the mean, before the next one is tried."""

SegmentShards = Mapping[tuple[str, Slot], int]
"""Split and slot → number of the shard."""

ReservedShards = Mapping[str, tuple[str, ...]]
"""Split → what each of its last shards is reserved for; those of one name are written together."""


@dataclass(frozen=True)
class ShardLayout:
    """The shards of a corpus, and which of them hold the segments of long recordings.

    Attributes:
        segments: Split and slot → number of the shard.
        shards: Split → number of shards.
        reserved: Shards that hold no clips and no other recordings. Where a split has no other
            shards, clips that the estimate did not foresee are spread over these.
    """

    segments: SegmentShards
    shards: Mapping[str, int]
    reserved: ReservedShards


def lay_out_shards(
    loads: SlotLoads,
    policy: SplitPolicy,
    assigned: Mapping[str, Split],
    expected: Mapping[str, float],
    clips_per_shard: int,
) -> ShardLayout:
    """Assigns the segments of a corpus to shards, and counts those.

    Args:
        loads: Loads of the whole corpus, sorted by slot.
        policy: Split policy of the corpus.
        assigned: Group → split.
        expected: Split → about how many utterances it gets, clips and segments.
        clips_per_shard: Utterances that a shard is to hold.
    """
    numbers = _by_split(loads, policy, assigned, "segments")
    lengths = _by_split(loads, policy, assigned, "milliseconds")
    whole, together = _sort_recordings(lengths, numbers, clips_per_shard)
    placed: dict[tuple[str, Slot], int] = {}
    shards: dict[str, int] = {}
    reserved: dict[str, tuple[str, ...]] = {}
    for split in SPLITS:
        number, length = _within(split, numbers), _within(split, lengths)
        pieces = {piece: size for piece in whole if (size := _sum(length, piece))}
        mixed = _count_mixed(pieces, number, expected[split], clips_per_shard)
        for shard, piece in _fill(pieces, mixed):
            placed |= {(split, slot): shard for slot in piece}
        owners: list[str] = []
        for name, slots in together.items():
            for piece in _divide([slot for slot in slots if slot in length], length):
                placed |= {(split, slot): mixed + len(owners) for slot in piece}
                owners.append(name)
        shards[split] = max(1, mixed + len(owners))
        if owners:
            reserved[split] = tuple(owners)
    return ShardLayout(placed, shards, reserved)


Piece = tuple[Slot, ...]
"""Slots that lie in one shard of a split."""

_Sizes = Mapping[Slot, Mapping[str, float]]
"""Slot → split → how much of it that gets."""


def _by_split(
    loads: SlotLoads, policy: SplitPolicy, assigned: Mapping[str, Split], unit: str
) -> _Sizes:
    """About how much of each slot every split gets."""
    result = {}
    for slot, groups in loads.items():
        sizes = {group: Counter({"": getattr(load, unit)}) for group, load in groups.items()}
        single = sizes.pop(None, Counter()).total()
        named = {str(group): counter for group, counter in sizes.items()}
        splits = {group: assigned[group] for group in named if group in assigned}
        result[slot] = expected_sizes(policy, named, single, splits)
    return result


def _within(split: str, sizes: _Sizes) -> dict[Slot, float]:
    return {slot: by_split[split] for slot, by_split in sizes.items() if by_split[split]}


def _sum(sizes: Mapping[Slot, float], slots: Iterable[Slot]) -> float:
    return sum(sizes.get(slot, 0.0) for slot in slots)


def _sort_recordings(
    lengths: _Sizes, numbers: _Sizes, clips_per_shard: int
) -> tuple[list[Piece], dict[str, Sequence[Slot]]]:
    """Recordings that lie in one shard each, and slots that are written together, by a name."""
    recordings: dict[str, list[Slot]] = {}
    for slot in lengths:
        recordings.setdefault(slot[0], []).append(slot)
    total = {slot: sum(sizes.values()) for slot, sizes in lengths.items()}
    whole: list[Piece] = []
    divided: dict[Piece, float] = {}
    long: dict[str, Sequence[Slot]] = {}
    for name, slots in recordings.items():
        length = _sum(total, slots)
        if length > LARGEST_PIECE_MS:
            volumes = _cut(slots, total, math.ceil(length / VOLUME_MS))
            long |= {f"{name}#{number}": volume for number, volume in enumerate(volumes)}
        elif sum(any(lengths[slot][split] for slot in slots) for split in SPLITS) > 1:
            divided[tuple(slots)] = length
        elif length:
            whole.append(tuple(slots))
    pieces = [slot for piece in divided for slot in piece]
    count = max(
        max(_sum(_within(split, lengths), pieces) / PIECE_MS for split in SPLITS),
        max(_sum(_within(split, numbers), pieces) / clips_per_shard for split in SPLITS),
    )
    bundles: dict[str, list[Slot]] = {}
    for number, piece in _fill(divided, min(len(divided), math.ceil(count))):
        bundles.setdefault(f"#{number:06d}", []).extend(piece)
    return whole, dict(sorted(bundles.items())) | long


def _count_mixed(
    pieces: Mapping[Piece, float],
    number: Mapping[Slot, float],
    expected: float,
    clips_per_shard: int,
) -> int:
    """Number of shards for clips and undivided recordings."""
    everything = max(1, math.ceil(expected / clips_per_shard))
    clips = max(0, int(everything - sum(number.values()) / clips_per_shard))
    segments = sum(_sum(number, piece) for piece in pieces)
    needed = max(segments / clips_per_shard, sum(pieces.values()) / PIECE_MS)
    mixed = clips + min(len(pieces), math.ceil(needed))
    return mixed or int(expected - sum(number.values()) >= 0.5)


def _divide(slots: Sequence[Slot], lengths: Mapping[Slot, float]) -> list[Piece]:
    """Slots of one split as they are laid into shards."""
    length = _sum(lengths, slots)
    return _cut(slots, lengths, math.ceil(length / PIECE_MS) if length > LARGEST_PIECE_MS else 1)


def _cut(slots: Sequence[Slot], lengths: Mapping[Slot, float], count: int) -> list[Piece]:
    """Neighbours in so many parts of equal length; fewer where there are too few."""
    total = _sum(lengths, slots)
    parts: list[list[Slot]] = [[] for _ in range(count)]
    before = 0.0
    for slot in slots:
        parts[min(count - 1, int(before * count / total))].append(slot)
        before += lengths[slot]
    return [tuple(part) for part in parts if part]


def _fill(pieces: Mapping[Piece, float], shards: int) -> Iterator[tuple[int, Piece]]:
    """The shard of each piece: by a hash, or the next that is not crowded.

    So another recording moves few others. Source: Mirrokni, Thorup and Zadimoghaddam, Consistent
    Hashing with Bounded Loads, SODA 2018.
    """
    if not pieces:
        return
    most = max(CROWDED * sum(pieces.values()) / shards, *pieces.values())
    filled = [0.0] * shards
    for point, piece in sorted((_hash(piece[0]), piece) for piece in pieces):
        around = [(point + step) % shards for step in range(shards)]
        free = (one for one in around if filled[one] + pieces[piece] <= most)
        shard = next(free, None)
        if shard is None:
            shard = min(around, key=filled.__getitem__)
        filled[shard] += pieces[piece]
        yield shard, piece


def _hash(slot: Slot) -> int:
    digest = hashlib.blake2b(f"{slot[0]}#{slot[1]}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
