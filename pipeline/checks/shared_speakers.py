"""Speakers whom several corpora share: those of one namespace."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from pipeline.checks.corpus_check import CorpusCheck


@dataclass(frozen=True)
class SharedSpeakers:
    """Speakers whom two corpora have in common.

    Attributes:
        corpora: The two.
        speakers: Number of speakers they share.
        apart: Number of these who are in test in one corpus and in another split in the other.
    """

    corpora: tuple[str, str]
    speakers: int
    apart: list[str]


def find_shared_speakers(checks: Iterable[CorpusCheck]) -> list[SharedSpeakers]:
    """Pairs of checked corpora that have speakers in common, in the order of the checks."""
    found = []
    for one, other in combinations(checks, 2):
        if common := one.namespace_speakers.keys() & other.namespace_speakers.keys():
            apart = [speaker for speaker in sorted(common) if _is_apart(speaker, one, other)]
            found.append(SharedSpeakers((one.corpus, other.corpus), len(common), apart))
    return found


def _is_apart(speaker: str, one: CorpusCheck, other: CorpusCheck) -> bool:
    splits = {*one.namespace_speakers[speaker], *other.namespace_speakers[speaker]}
    return "test" in splits and len(splits) > 1
