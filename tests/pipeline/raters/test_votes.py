import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.raters.votes import count_answers, elect, group_votes
from pipeline.schema.utterance import DropReason, RaterAnswer
from pipeline.specs.raters import VoteRule

VOTES = st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 6).map(float))


def answer(*emotions: str) -> RaterAnswer:
    return RaterAnswer(None, emotions)


def test_a_rater_has_one_vote_and_shares_it() -> None:
    answers = [answer("sad"), answer("happy", "sad"), answer(), answer("x", "y", "happy")]
    votes = count_answers(answers)
    assert votes == pytest.approx({"sad": 1.5, "happy": 5 / 6, "x": 1 / 3, "y": 1 / 3})


def test_three_thirds_are_one() -> None:
    assert count_answers([answer("a", "b", "c")] * 3) == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_codes_of_one_outcome_vote_together() -> None:
    outcomes = {"joy": "happiness", "happy": "happiness", "oth": "other"}
    votes = {"joy": 1.0, "happy": 2.0, "oth": 1.0, "unknown": 5.0}
    assert group_votes(votes, outcomes) == {"happiness": 3.0, "other": 1.0}


@pytest.mark.parametrize(
    ("votes", "rule", "elected"),
    [
        ({"A": 3, "B": 1, "C": 1}, {"rule": "majority"}, "A"),
        ({"A": 2, "B": 1, "C": 1}, {"rule": "majority"}, "no_majority"),
        ({"A": 2, "B": 1, "C": 1}, {"rule": "plurality"}, "A"),
        ({"A": 2, "B": 2}, {"rule": "plurality"}, "no_majority"),
        ({"A": 2, "B": 2}, {"rule": "plurality", "ties": "tie"}, "tie"),
        ({"A": 2, "B": 2}, {"rule": "plurality", "ties": ["C", "B", "A"]}, "B"),
        ({"A": 2, "B": 2}, {"rule": "plurality", "ties": ["C"]}, "no_majority"),
        ({"A": 2, "B": 2}, {"rule": "majority", "ties": ["A"]}, "no_majority"),
        ({"A": 7, "B": 3}, {"rule": "plurality", "least_share": 0.71}, "no_majority"),
        ({"A": 0.71, "B": 0.29}, {"rule": "plurality", "least_share": 0.71}, "A"),
        ({"A": 3, "B": 0}, {"rule": "unanimous"}, "A"),
        ({"A": 1, "B": 1}, {"rule": "unanimous", "otherwise": "several_emotions"},
         "several_emotions"),
        ({"A": 1}, {"rule": "majority", "least_raters": 2}, "too_few_raters"),
        ({"A": 2}, {"rule": "majority", "least_raters": 2}, "A"),
        ({"A": 0.3}, {"rule": "majority"}, "A"),
        ({"A": 0}, {"rule": "majority"}, "no_majority"),
        ({}, {"rule": "plurality"}, "no_majority"),
    ],
)  # fmt: skip
def test_rules(votes: dict[str, float], rule: dict[str, object], elected: str) -> None:
    found = elect(votes, VoteRule.model_validate(rule))
    assert (found.reason if isinstance(found, DropReason) else found) == elected


def test_shares_that_are_rounded_tie() -> None:
    shares = {"A": 0.1 + 0.2, "B": 0.3, "C": 0.4 - 1e-12}
    assert elect(shares, VoteRule(rule="plurality")) == "C"
    tie = elect({"A": 0.1 + 0.2, "B": 0.3}, VoteRule(rule="plurality"))
    assert isinstance(tie, DropReason)
    assert tie.detail == "a tie: A 0.3, B 0.3"


@given(
    votes=VOTES,
    rule=st.sampled_from(["plurality", "majority", "unanimous"]),
    share=st.sampled_from([0.0, 0.4, 0.71]),
)
def test_rules_by_their_definition(votes: dict[str, float], rule: str, share: float) -> None:
    found = elect(votes, VoteRule.model_validate({"rule": rule, "least_share": share}))
    mirrored = dict(reversed(votes.items()))
    assert elect(mirrored, VoteRule.model_validate({"rule": rule, "least_share": share})) == found
    total = sum(votes.values())
    most = max(votes.values(), default=0.0)
    needed = {"plurality": 0.0, "majority": total / 2, "unanimous": total - 0.5}[rule]
    first = [one for one, count in votes.items() if count == most]
    wins = total > 0 and most > needed and most >= share * total and len(first) == 1
    assert (found == first[0]) if wins else isinstance(found, DropReason)
