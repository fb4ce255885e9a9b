"""Pairs of clips with one recording, to hear side by side, and how they are chosen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import Any

import pandas as pd

from pipeline.dataset.duplicates.pair_table import Pair, PairedClip
from pipeline.dataset.report.listening import Listening, page_clip, read_excerpts
from pipeline.pages.excerpts import PageClip

DIFFERENT_LABELS = "different labels"
NEAR = "near-duplicates"
EQUAL = "equal audio under two names"

_MOST = {DIFFERENT_LABELS: 30, NEAR: 20, EQUAL: 10}
"""Group of pairs → how many of it a page holds."""


@dataclass(frozen=True)
class PagePair:
    """Two clips that hold the same recording, side by side on a page.

    Attributes:
        one: The clip whose id comes first.
        other: The other.
        how: Likeness in words.
    """

    one: PageClip
    other: PageClip
    how: str


@dataclass(frozen=True)
class PairsToHear:
    """Pairs of clips that hold one recording.

    Attributes:
        groups: :data:`DIFFERENT_LABELS`, :data:`NEAR` or :data:`EQUAL` → pairs of it.
        found: The same → number of pairs of which a side can be heard.
        inaudible: Number of pairs of which neither side can: both were removed and no excerpt is
            kept, or their corpora may not be redistributed.
    """

    groups: dict[str, list[PagePair]]
    found: dict[str, int]
    inaudible: int

    @property
    def audible(self) -> list[PageClip]:
        """Clips with sound, in the order of the page."""
        pairs = [pair for group in self.groups.values() for pair in group]
        return [clip for pair in pairs for clip in (pair.one, pair.other) if clip.audio]


NO_PAIRS = PairsToHear({}, {}, 0)
"""A page without pairs."""


def find_pairs(
    output: str,
    pairs: Sequence[Pair],
    rows: pd.DataFrame,
    listening: Listening,
    removed: Mapping[str, str] = MappingProxyType({}),
) -> PairsToHear:
    """Chooses pairs and reads their clips from the dataset.

    Args:
        output: The dataset folder.
        pairs: All known pairs of the dataset.
        rows: All rows, from :func:`pipeline.dataset.selection.find_rows`.
        listening: Other clips of the page; none if the page has no audio.
        removed: Id → excerpt of clips that have left the dataset.
    """
    if not pairs or not listening.clips:
        return NO_PAIRS
    sides = {clip.id for pair in pairs for clip in (pair.one, pair.other)}
    known = {*rows["id"][rows["id"].isin(sides)], *removed}
    audible_pairs, audible = find_audible(pairs, known, listening.not_redistributable)
    chosen = choose_pairs(audible_pairs, audible)
    shown = {clip.id for pair in chosen for clip in (pair.one, pair.other)}
    there = rows[rows["id"].isin(shown)].sort_values(["shard", "row_group", "row"])
    sounds = {clip: removed[clip] for clip in shown & audible & removed.keys()}
    sounds |= read_excerpts(output, there[there["id"].isin(audible)])
    stored = _stored_clips(there, sounds, listening.not_redistributable)
    groups: dict[str, list[PagePair]] = {}
    for pair in chosen:
        one, other = (_side(clip, pair, stored, sounds) for clip in (pair.one, pair.other))
        groups.setdefault(group_of(pair), []).append(PagePair(one, other, describe(pair)))
    found = {name: sum(group_of(pair) == name for pair in audible_pairs) for name in groups}
    return PairsToHear(groups, found, len(pairs) - len(audible_pairs))


def find_audible(
    pairs: Iterable[Pair], known: Collection[str], not_redistributable: Collection[str]
) -> tuple[list[Pair], set[str]]:
    """Pairs of which a side can be heard, and the ids of the sides that can.

    Args:
        pairs: All known pairs.
        known: Ids of clips whose audio is there.
        not_redistributable: Corpora that may not be heard.
    """
    audible_pairs: list[Pair] = []
    audible: set[str] = set()
    for pair in pairs:
        sides = {
            clip.id
            for clip in (pair.one, pair.other)
            if clip.id in known and clip.corpus not in not_redistributable
        }
        audible |= sides
        if sides:
            audible_pairs.append(pair)
    return audible_pairs, audible


def choose_pairs(pairs: Iterable[Pair], audible: Collection[str]) -> list[Pair]:
    """Pairs of a page, group by group.

    The rule: pairs of which both sides can be heard come first; of those with different labels
    the ones that are most alike, of the others those that differ most, since these are the
    doubtful ones; of any two corpora one after another, so that none fills the page.

    Args:
        pairs: Pairs of which a side can be heard.
        audible: Ids of clips that can be heard.
    """

    def corpora(pair: Pair) -> tuple[str, str]:
        return pair.one.corpus, pair.other.corpus

    def one_sided(pair: Pair) -> bool:
        return len(_sides(pair, audible)) < 2

    def worth(pair: Pair) -> tuple[Any, ...]:
        doubt = pair.error if group_of(pair) == DIFFERENT_LABELS else -pair.error
        return one_sided(pair), doubt, pair.one.id, pair.other.id

    def rank(turn: tuple[int, Pair]) -> tuple[Any, ...]:
        return one_sided(turn[1]), turn[0], worth(turn[1])

    ordered = sorted(pairs, key=lambda pair: (corpora(pair), worth(pair)))
    turns: dict[str, list[tuple[int, Pair]]] = {name: [] for name in _MOST}
    for _, of_two in groupby(ordered, key=corpora):
        taken = dict.fromkeys(_MOST, 0)
        for pair in of_two:
            group = group_of(pair)
            turns[group].append((taken[group], pair))
            taken[group] += 1
    return [
        pair for group, most in _MOST.items() for _, pair in sorted(turns[group], key=rank)[:most]
    ]


def group_of(pair: Pair) -> str:
    """The group of a page that a pair belongs to."""
    labels = {pair.one.emotion, pair.other.emotion}
    if None not in labels and len(labels) > 1:
        return DIFFERENT_LABELS
    return NEAR if pair.kind == "near" else EQUAL


def describe(pair: Pair) -> str:
    """Likeness of two clips, in words."""
    if pair.kind == "equal":
        return "all samples are equal"
    words = f"{100 * pair.error:.0f} % of the bits of their fingerprints differ"
    if pair.overlap is not None:
        words += f" over {pair.overlap:.1f} s"
    if abs(pair.offset) < 0.005:
        return words
    when = "later" if pair.offset > 0 else "earlier"
    return f"{words}; the second begins {abs(pair.offset):.2f} s {when} in the recording"


def _sides(pair: Pair, audible: Collection[str]) -> list[str]:
    """Ids of the sides of a pair that can be heard."""
    return [clip.id for clip in (pair.one, pair.other) if clip.id in audible]


def _stored_clips(
    rows: pd.DataFrame, sounds: Mapping[str, str], not_redistributable: Collection[str]
) -> dict[str, PageClip]:
    """Id → clip of rows that stay; without the text if it is not redistributable."""
    clips = (page_clip(row, sounds.get(row["id"], "")) for row in rows.to_dict("records"))
    return {
        clip.id: replace(clip, text="") if clip.corpus in not_redistributable else clip
        for clip in clips
    }


def _side(
    clip: PairedClip, pair: Pair, stored: Mapping[str, PageClip], sounds: Mapping[str, str]
) -> PageClip:
    """One side of a pair; one that has left the dataset, too, if the other sounds the same."""
    if clip.id in stored:
        return stored[clip.id]
    twin = pair.other if clip is pair.one else pair.one
    equal = sounds.get(twin.id, "") if pair.kind == "equal" else ""
    audio = sounds.get(clip.id, equal)
    emotion = clip.emotion or ""
    return PageClip(
        id=clip.id,
        corpus=clip.corpus,
        facts=(
            emotion.replace("_", " ") or "no category",
            f"left out of {clip.split}",
            clip.speaker or "",
            "" if audio else "not to be heard here",
        ),
        keys={
            "emotion": emotion,
            "class": "",
            "split": clip.split,
            "speaker": clip.speaker or "",
        },
        text="",
        audio=audio,
    )
