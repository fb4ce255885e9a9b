"""Samples: how many there are of something, and the first few, without keeping them all."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

SHOWN = 3
"""Examples that are kept of many."""


@dataclass(frozen=True)
class Sample:
    """Some of many: how many there are, and the first few.

    Attributes:
        count: Number of all.
        first: The first few.
    """

    count: int
    first: list[str]

    @classmethod
    def of(cls, found: Iterable[str]) -> Self:
        """A sample of these, in their order."""
        names = list(found)
        return cls(len(names), names[:SHOWN])


@dataclass
class Sampler:
    """Gathers a sample of names that come in any order: the first by the alphabet are kept."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Counts a name."""
        self.count += 1
        insort(self.first, name)
        del self.first[SHOWN:]

    def sample(self) -> Sample:
        """The sample gathered so far."""
        return Sample(self.count, list(self.first))
