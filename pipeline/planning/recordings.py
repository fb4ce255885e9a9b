"""Recordings of many segments: which of them lie in one shard, so that a file is read once.

A clip's shard is a hash of its id. Segments that were placed so would have every shard read every
recording; so those of one recording lie together, as far as their splits allow.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.schema.record import SPLITS, Split
from pipeline.schema.utterance import Utterance
from pipeline.splits.assignment import expected_sizes
from pipeline.splits.policies import SplitPolicy

SLOT_S = 120.0
"""Segments that begin in the same two minutes of a recording stay together whatever happens."""

LARGEST_PIECE_MS = 3_600_000
"""Longest audio of one recording in one shard: an hour, about 65 MB of FLAC."""

PIECE_MS = 1_800_000
"""Longest audio of each piece where that is not all of the recording."""

LEAST_MS = 1_800
"""What a segment counts as at least, so that no shard has more than 2,000 of one recording."""

CROWDED = 1.25
"""Times the mean that a shard may be filled with segments before others take them."""

Slot = tuple[str, int]
"""A recording, and the number of :data:`SLOT_S` seconds after whose multiple a segment begins."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many segments, and how many milliseconds they count as."""

    segments: int = 0
    milliseconds: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(self.segments + other.segments, self.milliseconds + other.milliseconds)


SlotLoads = Mapping[Slot, Mapping[str | None, Load]]
"""Slot → group (None for segments without one) → load."""

Placement = Mapping[tuple[str, Slot], int]
"""Split and slot → number of the shard."""


def slot_of(utterance: Utterance) -> Slot | None:
    """Where in which recording a segment begins; None for what is placed as a clip is.

    That are whole files, what is read in one block with others, and segments whose copies a spec
    finds by fields of their own.

    >>> name = "calls/c1#130.5-131"
    >>> slot_of(Utterance(name, "calls", name, "c1.wav", 9, "", start=130.5, end=131.0))
    ('calls/c1', 1)
    """
    if utterance.start is None and utterance.end is None:
        return None
    if utterance.dedup_key != utterance.id or utterance.block:
        return None
    return utterance.id.rpartition("#")[0], int((utterance.start or 0.0) // SLOT_S)


def count_slots(utterances: Iterable[Utterance]) -> SlotLoads:
    """Loads of the slots of some utterances that are to be written."""
    loads: dict[Slot, dict[str | None, Load]] = {}
    for utterance in utterances:
        if utterance.dropped is None and (slot := slot_of(utterance)):
            groups = loads.setdefault(slot, {})
            groups[utterance.group] = groups.get(utterance.group, Load()) + _load(utterance)
    return loads


def _load(segment: Utterance) -> Load:
    seconds = (segment.end or 0.0) - (segment.start or 0.0)
    return Load(1, max(LEAST_MS, min(round(1_000 * seconds), LARGEST_PIECE_MS)))


def merge_slots(parts: Iterable[SlotLoads]) -> SlotLoads:
    """Sums of loads, without recordings of one segment: those are placed as clips are."""
    total: dict[Slot, dict[str | None, Load]] = {}
    segments: Counter[str] = Counter()
    for part in parts:
        for slot, groups in part.items():
            into = total.setdefault(slot, {})
            for group, load in groups.items():
                into[group] = into.get(group, Load()) + load
                segments[slot[0]] += load.segments
    return {slot: groups for slot, groups in sorted(total.items()) if segments[slot[0]] > 1}


def place_slots(
    loads: SlotLoads,
    policy: SplitPolicy,
    assigned: Mapping[str, Split],
    shards: Mapping[str, int],
    clips_per_shard: int,
) -> tuple[Placement, dict[str, int]]:
    """Places the segments of a corpus.

    Args:
        loads: Of the whole corpus, sorted by slot.
        policy: Of its splits.
        assigned: Group → split.
        shards: Split → number of shards, by the number of utterances alone.
        clips_per_shard: Utterances that this number was made with.

    Returns:
        Placement, and the number of shards of each split: more where segments are long, fewer
        where a shard would stay empty, since recordings are not divided.
    """
    placement: dict[tuple[str, Slot], int] = {}
    numbers = dict(shards)
    segments = _by_split(loads, policy, assigned, "segments")
    milliseconds = _by_split(loads, policy, assigned, "milliseconds")
    for split in SPLITS:
        pieces = _divide({slot: sizes[split] for slot, sizes in milliseconds.items()})
        if not pieces:
            continue
        by_number = sum(sizes[split] for sizes in segments.values()) / clips_per_shard
        by_length = sum(pieces.values()) / PIECE_MS
        clips = max(0, int(shards[split] - by_number))
        numbers[split] = clips + min(len(pieces), math.ceil(max(by_number, by_length)))
        for shard, piece in _fill(pieces, numbers[split]):
            placement |= {(split, slot): shard for slot in piece}
    return placement, numbers


def _by_split(
    loads: SlotLoads, policy: SplitPolicy, assigned: Mapping[str, Split], unit: str
) -> dict[Slot, dict[str, float]]:
    """About how much of each slot every split gets."""
    result = {}
    for slot, groups in loads.items():
        sizes = {group: Counter({"": getattr(load, unit)}) for group, load in groups.items()}
        single = sizes.pop(None, Counter()).total()
        named = {str(group): counter for group, counter in sizes.items()}
        splits = {group: assigned[group] for group in named if group in assigned}
        result[slot] = expected_sizes(policy, named, single, splits)
    return result


def _divide(weights: Mapping[Slot, float]) -> dict[tuple[Slot, ...], float]:
    """Slots of one split in pieces of neighbours, equally large: one for most recordings."""
    recordings: dict[str, list[Slot]] = {}
    for slot, weight in weights.items():
        if weight:
            recordings.setdefault(slot[0], []).append(slot)
    pieces: dict[tuple[Slot, ...], float] = {}
    for slots in recordings.values():
        total = sum(weights[slot] for slot in slots)
        count = math.ceil(total / PIECE_MS) if total > LARGEST_PIECE_MS else 1
        parts: list[list[Slot]] = [[] for _ in range(count)]
        before = 0.0
        for slot in slots:
            parts[min(count - 1, int(before * count / total))].append(slot)
            before += weights[slot]
        pieces |= {tuple(part): sum(weights[slot] for slot in part) for part in parts if part}
    return pieces


def _fill(
    pieces: Mapping[tuple[Slot, ...], float], shards: int
) -> Iterator[tuple[int, Sequence[Slot]]]:
    """The shard of each piece: by a hash, or the next that is not crowded.

    So another recording moves few others. Source: Mirrokni, Thorup and Zadimoghaddam, Consistent
    Hashing with Bounded Loads, SODA 2018.
    """
    most = max(CROWDED * sum(pieces.values()) / shards, *pieces.values(), 0.0)
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
