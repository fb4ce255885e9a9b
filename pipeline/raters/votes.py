"""One label of the votes of several raters."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from pipeline.schema.utterance import DropReason, RaterAnswer, excluded
from pipeline.specs.raters import VoteRule

_EQUAL = 1e-9
"""Shares that differ by no more are equal: tables hold them rounded."""


def count_answers(answers: Iterable[RaterAnswer]) -> dict[str, float]:
    """Votes by code: every rater has one, which the emotions that they named share equally."""
    votes: dict[str, Fraction] = {}
    for answer in answers:
        for code in answer.emotions:
            votes[code] = votes.get(code, Fraction()) + Fraction(1, len(answer.emotions))
    return {code: float(votes[code]) for code in sorted(votes)}


def group_votes(votes: Mapping[str, float], outcomes: Mapping[str, str]) -> dict[str, float]:
    """Votes by what comes of a code, a category or a reason to exclude; codes in neither are left.

    Args:
        votes: Code → votes.
        outcomes: Code → category or reason.
    """
    grouped: dict[str, Fraction] = {}
    for code, count in votes.items():
        if code in outcomes:
            outcome = outcomes[code]
            grouped[outcome] = grouped.get(outcome, Fraction()) + Fraction(count)
    return {outcome: float(count) for outcome, count in sorted(grouped.items())}


def elect(votes: Mapping[str, float], rule: VoteRule) -> str | DropReason:
    """Outcome of the votes of all raters.

    Args:
        votes: Outcome → votes, in any order.
        rule: Votes that an outcome needs, and the treatment of ties.

    Returns:
        The outcome that the rule elects, or why there is none.
    """
    total, most = sum(votes.values()), max(votes.values(), default=0.0)
    if total < rule.least_raters and rule.least_raters > 1:
        few = f"{total:.4g} of {rule.least_raters} raters: {_describe(votes)}"
        return excluded("labels", "too_few_raters", few)
    if most <= 0:
        return excluded("labels", rule.otherwise, "no rater votes for anything")
    if lacking := _lacking(most / total, rule):
        return excluded("labels", rule.otherwise, f"{lacking}: {_describe(votes)}")
    first = {outcome for outcome, count in votes.items() if most - count <= _EQUAL * total}
    if len(first) == 1:
        return first.pop()
    if isinstance(rule.ties, str):
        return excluded("labels", rule.ties, f"a tie: {_describe(votes)}")
    preferred = next((outcome for outcome in rule.ties if outcome in first), None)
    return preferred or excluded("labels", rule.otherwise, f"a tie: {_describe(votes)}")


def _lacking(share: float, rule: VoteRule) -> str | None:
    """What the largest share of the votes lacks; None if it satisfies the rule."""
    if rule.rule == "majority" and share <= 0.5 + _EQUAL:
        return "no majority"
    if rule.rule == "unanimous" and share < 1 - _EQUAL:
        return "not unanimous"
    return f"no share of {rule.least_share:g}" if share < rule.least_share - _EQUAL else None


def _describe(votes: Mapping[str, float]) -> str:
    """The votes for people, the most first."""
    ordered = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    return ", ".join(f"{outcome} {count:.4g}" for outcome, count in ordered if count)
