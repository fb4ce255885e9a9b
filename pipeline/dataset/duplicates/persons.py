"""One person under two ids: speakers who share most of their clips."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import pandas as pd

from pipeline.dataset.duplicates.findings import SamePerson
from pipeline.dataset.duplicates.groups import connect
from pipeline.dataset.duplicates.pair_table import Pair, PairedClip
from pipeline.schema.record import SPLITS

_LEAST_CLIPS = 3
_MOST_SPEAKERS = 20  # of one recording: what more have in common is a jingle, or silence
_LEAST_SHARE = 0.5  # of the clips of the speaker who has fewer


def find_same_persons(pairs: Sequence[Pair], rows: pd.DataFrame) -> list[SamePerson]:
    """Pairs of speakers who share at least half of the clips of the one who has fewer, and three.

    Args:
        pairs: Clips that hold the same recording.
        rows: Metadata of the rows that are in the dataset.
    """
    removed = _left_out(pairs, set(rows["id"]))
    clips = Counter(rows["speaker"].dropna()) + Counter(clip.speaker for clip in removed)
    splits = _splits(rows, removed)
    found = []
    for speakers, shared in sorted(_shared_clips(pairs).items()):
        least = min(speakers, key=lambda speaker: (clips[speaker], speaker))
        number = len(shared[speakers.index(least)])
        if number >= max(_LEAST_CLIPS, _LEAST_SHARE * clips[least]):
            occupied = splits[speakers[0]] | splits[speakers[1]]
            found.append(
                SamePerson(
                    speakers=speakers,
                    shared=number,
                    clips=(clips[speakers[0]], clips[speakers[1]]),
                    splits=[split for split in SPLITS if split in occupied],
                )
            )
    return found


def _left_out(pairs: Sequence[Pair], written: set[str]) -> list[PairedClip]:
    clips = {clip.id: clip for pair in pairs for clip in (pair.one, pair.other)}
    return [clip for name, clip in clips.items() if name not in written and clip.speaker]


def _splits(rows: pd.DataFrame, removed: Sequence[PairedClip]) -> Mapping[str, set[str]]:
    """Speaker → splits in which clips of theirs stand, or stood."""
    splits: dict[str, set[str]] = {}
    known = rows[["speaker", "split"]].dropna().drop_duplicates()
    for speaker, split in known.itertuples(index=False):
        splits.setdefault(speaker, set()).add(split)
    for clip in removed:
        splits.setdefault(clip.speaker or "", set()).add(clip.split)
    return splits


def _shared_clips(
    pairs: Sequence[Pair],
) -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    """Two speakers, sorted → ids of the clips of each of which the other has a copy."""
    clips = {clip.id: clip for pair in pairs for clip in (pair.one, pair.other)}
    shared: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for group in connect((pair.one.id, pair.other.id) for pair in pairs):
        spoken: dict[str, set[str]] = {}
        for name in group:
            if speaker := clips[name].speaker:
                spoken.setdefault(speaker, set()).add(name)
        if len(spoken) <= _MOST_SPEAKERS:
            for one, other in combinations(sorted(spoken), 2):
                ids = shared.setdefault((one, other), (set(), set()))
                ids[0].update(spoken[one])
                ids[1].update(spoken[other])
    return shared
