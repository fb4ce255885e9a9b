"""Recordings of many segments, and row groups of Parquet: what lies together, to be read once.

A clip's shard is a hash of its id. Segments that were placed so would have every shard read every
recording. So those of one recording lie in one shard. Where an hour is too little for them, or
where they belong to several splits, they get shards of their own, which are written together: in
one pass through the recording.

A row group of a Parquet file is one more recording: its rows are read from the first on.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.schema.record import SPLITS, Split
from pipeline.schema.utterance import Utterance
from pipeline.sources.blocks import part_of_run
from pipeline.splits.assignment import expected_sizes
from pipeline.splits.policies import SplitPolicy

SLOT_S = 120.0
"""Segments that begin in the same two minutes of a recording stay together whatever happens."""

LARGEST_PIECE_MS = 3_600_000
"""Longest audio of one recording in one shard: an hour, about 65 MB of FLAC."""

PIECE_MS = 1_800_000
"""Longest audio of each piece where that is not all of the recording."""

VOLUME_MS = 32 * PIECE_MS
"""Longest audio that is written together: what waits comes to a gigabyte, or to a few of rows whose
lengths are estimated."""

LEAST_MS = 1_800
"""What a segment counts as at least, so that no shard has more than 2,000 of one recording."""

ROW_MS, ROW_BYTES_PER_MS = 3_600, 100
"""What a row counts as, whose length nobody knows: this at least, more where it is large."""

LOSSY_BYTES_PER_MS = {"opus": 4, "ogg": 4, "mp3": 8, "m4a": 8, "aac": 8}
"""By its suffix, how much of a row is a millisecond where that is far less: at 32 or 64 kbit/s."""

MOST_GROUPS = 100
"""Groups of a slot that are counted apart; where it has more, it is split as any corpus is."""

CROWDED = 1.25
"""Times the mean that a shard may be filled with segments before others take them."""

Slot = tuple[str, int]
"""A recording, and the number of :data:`SLOT_S` seconds after whose multiple a segment begins; or a
row group, and the number of a block of its rows."""


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

Kept = Mapping[str, tuple[str, ...]]
"""Split → for each of its last shards, what that is kept for: equal names are written together."""


@dataclass(frozen=True)
class Places:
    """Where the segments of a corpus lie.

    Attributes:
        segments: Of each slot in each split.
        shards: Split → number of shards.
        kept: Those that hold no clips and nothing of other recordings; but where a split has no
            more than these, what no estimate foresaw is spread over them.
    """

    segments: Placement
    shards: Mapping[str, int]
    kept: Kept


def slot_of(utterance: Utterance) -> Slot | None:
    """Where in which recording a segment begins; None for what is placed as a clip is.

    That are whole files, samples in tars, and segments whose copies a spec finds by fields of their
    own.

    >>> name = "calls/c1#130.5-131"
    >>> slot_of(Utterance(name, "calls", name, "c1.wav", 9, "", start=130.5, end=131.0))
    ('calls/c1', 1)
    """
    return part_of_run(utterance.block) if utterance.block else _slot_in_recording(utterance)


def _slot_in_recording(utterance: Utterance) -> Slot | None:
    if utterance.start is None and utterance.end is None:
        return None
    if utterance.dedup_key != utterance.id:
        return None
    return utterance.id.rpartition("#")[0], int((utterance.start or 0.0) // SLOT_S)


def count_slots(utterances: Iterable[Utterance]) -> SlotLoads:
    """Loads of the slots of some utterances that are to be written.

    A segment that lies in a block may have copies in files, and goes where they go. So the slots of
    such copies are named, too: by no load, since most have none.
    """
    loads: dict[Slot, dict[str | None, Load]] = {}
    for utterance in utterances:
        if utterance.dropped is not None:
            continue
        if slot := slot_of(utterance):
            _add(loads.setdefault(slot, {}), utterance.group, _load(utterance))
        if utterance.block and (slot := _slot_in_recording(utterance)):
            loads.setdefault(slot, {})
    return {
        slot: groups if len(groups) <= MOST_GROUPS else {None: sum(groups.values(), Load())}
        for slot, groups in loads.items()
    }


def _add(groups: dict[str | None, Load], group: str | None, load: Load) -> None:
    found = groups.get(group)
    groups[group] = found + load if found else load


def _load(segment: Utterance) -> Load:
    if segment.block and segment.end is None:
        suffix = segment.source_path.rpartition(".")[2].lower()
        bytes_per_ms = LOSSY_BYTES_PER_MS.get(suffix, ROW_BYTES_PER_MS)
        return _load_of_row(segment.source_size, bytes_per_ms)
    seconds = (segment.end or 0.0) - (segment.start or 0.0)
    return Load(1, max(LEAST_MS, min(round(1_000 * seconds), LARGEST_PIECE_MS)))


@lru_cache(maxsize=1_000)  # one object for the rows of a row group, whose size is their mean
def _load_of_row(size: int, bytes_per_ms: int) -> Load:
    return Load(1, min(max(ROW_MS, round(size / bytes_per_ms)), LARGEST_PIECE_MS))


def merge_slots(parts: Iterable[SlotLoads]) -> SlotLoads:
    """Sums of loads, without recordings of one segment: those are placed as clips are."""
    total: dict[Slot, dict[str | None, Load]] = {}
    segments: Counter[str] = Counter()
    for part in parts:
        for slot, groups in part.items():
            into = total.setdefault(slot, {})
            for group, load in groups.items():
                _add(into, group, load)
                segments[slot[0]] += load.segments
    return {slot: groups for slot, groups in sorted(total.items()) if segments[slot[0]] > 1}


def place_slots(
    loads: SlotLoads,
    policy: SplitPolicy,
    assigned: Mapping[str, Split],
    expected: Mapping[str, float],
    clips_per_shard: int,
) -> Places:
    """Places the segments of a corpus, and sizes its shards.

    Args:
        loads: Of the whole corpus, sorted by slot.
        policy: Of its splits.
        assigned: Group → split.
        expected: Split → about how many utterances it gets, clips and segments.
        clips_per_shard: Utterances that a shard is to hold.
    """
    numbers = _by_split(loads, policy, assigned, "segments")
    lengths = _by_split(loads, policy, assigned, "milliseconds")
    whole, together = _sort_recordings(lengths, numbers, clips_per_shard)
    placement: dict[tuple[str, Slot], int] = {}
    shards: dict[str, int] = {}
    kept: dict[str, tuple[str, ...]] = {}
    for split in SPLITS:
        number, length = _within(split, numbers), _within(split, lengths)
        pieces = {piece: size for piece in whole if (size := _sum(length, piece))}
        mixed = _count_mixed(pieces, number, expected[split], clips_per_shard)
        for shard, piece in _fill(pieces, mixed):
            placement |= {(split, slot): shard for slot in piece}
        owners: list[str] = []
        for name, slots in together.items():
            for piece in _divide([slot for slot in slots if slot in length], length):
                placement |= {(split, slot): mixed + len(owners) for slot in piece}
                owners.append(name)
        shards[split] = max(1, mixed + len(owners))
        if owners:
            kept[split] = tuple(owners)
    return Places(placement, shards, kept)


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
    torn: dict[Piece, float] = {}
    long: dict[str, Sequence[Slot]] = {}
    for name, slots in recordings.items():
        length = _sum(total, slots)
        if length > LARGEST_PIECE_MS:
            volumes = _cut(slots, total, math.ceil(length / VOLUME_MS))
            long |= {f"{name}#{number}": volume for number, volume in enumerate(volumes)}
        elif sum(any(lengths[slot][split] for slot in slots) for split in SPLITS) > 1:
            torn[tuple(slots)] = length
        elif length:
            whole.append(tuple(slots))
    pieces = [slot for piece in torn for slot in piece]
    count = max(
        max(_sum(_within(split, lengths), pieces) / PIECE_MS for split in SPLITS),
        max(_sum(_within(split, numbers), pieces) / clips_per_shard for split in SPLITS),
    )
    bundles: dict[str, list[Slot]] = {}
    for number, piece in _fill(torn, min(len(torn), math.ceil(count))):
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
