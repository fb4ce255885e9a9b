"""Published counts of a corpus beside what was found of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class CountsOfEdition(Protocol):
    """Published counts of one complete edition; what is not known is None or empty."""

    @property
    def utterances(self) -> int | None:
        """Number of utterances."""

    @property
    def speakers(self) -> int | None:
        """Number of speakers."""

    @property
    def emotions(self) -> Mapping[str, int]:
        """Category → utterances."""


@dataclass(frozen=True)
class CountComparison:
    """A published count beside what was found.

    Attributes:
        unread: Number of clips that are there and could not be used, so may add to ``found``.
    """

    what: str
    expected: int
    found: int
    unread: int = 0

    @property
    def differs(self) -> bool:
        """Whether the corpus can't be the one that was counted."""
        return not self.found <= self.expected <= self.found + self.unread

    def __str__(self) -> str:
        return f"{self.what} {self.found:,}/{self.expected:,}"


def compare_counts(
    published: CountsOfEdition,
    utterances: int,
    speakers: int,
    emotions: Mapping[str, int],
    unread: int = 0,
) -> list[CountComparison]:
    """Every published count beside what was found.

    Args:
        published: Counts of the complete edition.
        utterances: Found, whether their audio can be used or not.
        speakers: Speakers of those whose audio can be used.
        emotions: Category → utterances of those.
        unread: Utterances found whose audio can't be used.
    """
    found = [
        CountComparison("utterances", published.utterances or 0, utterances),
        CountComparison("speakers", published.speakers or 0, speakers, unread),
    ]
    known = (published.utterances is not None, published.speakers is not None)
    compared = [one for one, is_known in zip(found, known, strict=True) if is_known]
    if published.emotions:
        compared += [
            CountComparison(name, published.emotions.get(name, 0), emotions.get(name, 0), unread)
            for name in sorted(published.emotions.keys() | emotions.keys())
        ]
    return compared


def describe_differences(corpus: str, differing: Sequence[CountComparison]) -> str:
    """The error message for a corpus whose counts are not the published ones."""
    differ = ", ".join(map(str, differing))
    return (
        f"corpus {corpus}: found/published differ: {differ}; for a part of a corpus give "
        "--allow-partial"
    )
