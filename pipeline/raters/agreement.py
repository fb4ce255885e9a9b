r"""Agreement of raters: Krippendorff's α, which allows for missing answers.

K. Krippendorff: Computing Krippendorff's Alpha-Reliability, 2011,
https://repository.upenn.edu/asc_papers/43

.. math::
    α = 1 - \frac{D_o}{D_e}, \qquad
    D_o = \frac{1}{n} \sum_u \frac{1}{m_u - 1} \sum_{i \neq j} δ^2(c_{ui}, c_{uj}), \qquad
    D_e = \frac{1}{n (n - 1)} \sum_{i \neq j} δ^2(c_i, c_j)

with :math:`m_u \geq 2` answers on utterance u, n answers on all of these together, and the metric
:math:`δ^2`: for nominal values 1 where they differ and 0 where not, for intervals
:math:`(c - k)^2`. 1 is perfect agreement, 0 what chance would give, below 0 is systematic
disagreement.

Only sums are kept, so memory does not grow with the corpus, and tallies of its parts add up to that
of the whole, to the last digit.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from pipeline.schema.record import DIMENSIONS
from pipeline.schema.utterance import RaterAnswer, Utterance

Level = Literal["nominal", "interval"]
"""Level of a value: one of several words, or a number on a scale."""

_STEP = 1_000_000
"""Steps of a unit of a rating: whole numbers, whose sums no order changes."""


@dataclass(frozen=True)
class Agreement:
    """Agreement of raters about one quantity.

    Attributes:
        alpha: Krippendorff's α, at most 1; None where all answers are equal, and none where chance
            could have been distinguished from agreement.
        level: Level on which answers were compared.
        utterances: Number of utterances with answers of two raters or more.
        answers: On these.
    """

    alpha: float | None
    level: Level
    utterances: int
    answers: int


@dataclass
class Tally:
    """Sums over utterances that α follows from.

    Attributes:
        within: Number of answers on an utterance → differences of all their ordered pairs.
        values: Nominal: value → answers.
        total: Interval: sum of all answers, in steps.
        squares: Interval: sum of their squares.
    """

    level: Level
    utterances: int = 0
    answers: int = 0
    within: Counter[int] = field(default_factory=Counter)
    values: Counter[Hashable] = field(default_factory=Counter)
    total: int = 0
    squares: int = 0

    def add(self, answers: Sequence[Hashable] | Sequence[float]) -> None:
        """Counts the answers on one utterance, one a rater; a single one can't agree."""
        if len(answers) < 2:
            return
        if self.level == "nominal":
            part = Tally("nominal", values=Counter(answers))
        else:
            steps = [round(answer * _STEP) for answer in answers]  # type: ignore[operator]
            part = Tally("interval", total=sum(steps), squares=sum(step**2 for step in steps))
        part.utterances, part.answers = 1, len(answers)
        part.within[part.answers] = part.pairs
        self.merge(part)

    def merge(self, other: "Tally") -> None:
        """Adds the sums over other utterances."""
        self.utterances += other.utterances
        self.answers += other.answers
        self.within.update(other.within)
        self.values.update(other.values)
        self.total += other.total
        self.squares += other.squares

    @property
    def pairs(self) -> int:
        """Differences of all ordered pairs of answers, whatever utterance they are on."""
        if self.level == "nominal":
            return self.answers**2 - sum(count**2 for count in self.values.values())
        return 2 * (self.answers * self.squares - self.total**2)

    def agreement(self) -> Agreement:
        """The agreement that follows from the sums."""
        alpha = None
        if self.pairs:
            observed = sum(Fraction(pairs, size - 1) for size, pairs in self.within.items())
            alpha = round(float(1 - (self.answers - 1) * observed / self.pairs), 4)
        return Agreement(alpha, self.level, self.utterances, self.answers)


Tallies = dict[str, Tally]
"""``emotion`` and the dimensions that raters answered → sums over utterances."""


def tally_answers(utterances: Iterable[Utterance], codes: Collection[str]) -> Tallies:
    """Sums over utterances, each counted once however many copies of it there are.

    Utterances count that are excluded because their raters disagree. Whoever named several emotions
    agrees with those who named the same.

    Args:
        utterances: Labelled.
        codes: Emotions that the spec knows; others are no answer.
    """
    tallies: Tallies = {}
    seen: set[str] = set()
    for utterance in utterances:
        dropped = utterance.dropped
        unread = dropped is not None and dropped.stage == "index"
        if not utterance.raters or unread or utterance.dedup_key in seen:
            continue
        seen.add(utterance.dedup_key)
        emotions = (_known(answer, codes) for answer in utterance.raters)
        _tally(tallies, "emotion", "nominal", [named for named in emotions if named])
        for dimension in DIMENSIONS:
            ratings = (getattr(answer, dimension) for answer in utterance.raters)
            _tally(tallies, dimension, "interval", [r for r in ratings if r is not None])
    return tallies


def merge_tallies(parts: Iterable[Tallies]) -> Tallies:
    """Sums over all utterances of several parts."""
    merged: Tallies = {}
    for part in parts:
        for what, tally in part.items():
            merged.setdefault(what, Tally(tally.level)).merge(tally)
    return merged


def agreements(tallies: Mapping[str, Tally]) -> dict[str, Agreement]:
    """``emotion`` and dimensions → agreement, of those that two raters or more answered."""
    return {what: tally.agreement() for what, tally in tallies.items() if tally.utterances}


def _tally(
    tallies: Tallies, what: str, level: Level, answers: Sequence[Hashable] | Sequence[float]
) -> None:
    if answers:
        tallies.setdefault(what, Tally(level)).add(answers)


def _known(answer: RaterAnswer, codes: Collection[str]) -> tuple[str, ...]:
    return tuple(code for code in answer.emotions if code in codes)
