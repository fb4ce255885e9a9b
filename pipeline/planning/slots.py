"""Slots: neighbouring segments of a recording, or rows of a row group, that are never parted.

How many there are, and how long they are, decides in which shards they lie
(:mod:`pipeline.planning.shard_layout`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.schema.utterance import Utterance
from pipeline.sources.blocks import part_of_run

SLOT_S = 120.0
"""Length of a slot, in s: segments of a recording that begin in the same slot are never parted."""

LARGEST_PIECE_MS = 3_600_000
"""Longest audio of one recording in one shard, in ms: an hour, about 65 MB of FLAC."""

LEAST_MS = 1_800
"""Shortest length that a segment is counted with, in ms: a shard has 2,000 at most."""

ROW_MS, ROW_BYTES_PER_MS = 3_600, 100
"""Shortest length that a Parquet row is counted with, and bytes per ms for larger rows: the true
length is not known before decoding."""

LOSSY_BYTES_PER_MS = {"opus": 4, "ogg": 4, "mp3": 8, "m4a": 8, "aac": 8}
"""Suffix → bytes per ms of lossy formats, at 32 or 64 kbit/s."""

MOST_GROUPS = 100
"""Most groups of a slot that are counted one by one; with more, expected proportions are used."""

Slot = tuple[str, int]
"""A recording and the number of one of its slots (:data:`SLOT_S`); or a row group and the number of
a block of its rows."""


@dataclass(frozen=True, slots=True)
class Load:
    """Number of segments, and the length that they are counted with, in ms."""

    segments: int = 0
    milliseconds: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(self.segments + other.segments, self.milliseconds + other.milliseconds)


SlotLoads = Mapping[Slot, Mapping[str | None, Load]]
"""Slot → group (None for segments without one) → load."""


def slot_of(utterance: Utterance) -> Slot | None:
    """The slot in which a segment begins; None for utterances that are sharded as single clips.

    Those are whole files, samples in tars, and segments whose spec gives fields for finding copies.

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
    """Sums of loads, without recordings of one segment, which are sharded as clips are."""
    total: dict[Slot, dict[str | None, Load]] = {}
    segments: Counter[str] = Counter()
    for part in parts:
        for slot, groups in part.items():
            into = total.setdefault(slot, {})
            for group, load in groups.items():
                _add(into, group, load)
                segments[slot[0]] += load.segments
    return {slot: groups for slot, groups in sorted(total.items()) if segments[slot[0]] > 1}
