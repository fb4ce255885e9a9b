import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pipeline.common.errors import UsageError
from pipeline.splits.protocols.names import ENDINGS, NAME, describe_rule, parse_name
from pipeline.splits.protocols.protocol_spec import ProtocolKey


@pytest.mark.parametrize(
    ("name", "base", "label_set", "independent", "k", "seed"),
    [
        ("loso", "loso", "six", False, 0, 0),
        ("k-fold", "5-fold", "six", False, 5, 0),
        ("10-fold-seed3-native", "10-fold-seed3", "native", False, 10, 3),
        ("emobox-speaker-independent-four", "emobox", "four", True, 0, 0),
        ("actors-categories", "actors", "categories", False, 0, 0),
        ("fold-six", "fold-six", "six", False, 0, 0),
        ("k-fold-seed7-four", "5-fold-seed7", "four", False, 5, 7),
        ("week-fold", "week-fold", "six", False, 0, 0),
        ("k-folds", "k-folds", "six", False, 0, 0),
    ],
)
def test_a_name_says_everything(name, base, label_set, independent, k, seed):
    parsed = parse_name(name)
    assert (parsed.base, parsed.label_set, parsed.independent) == (base, label_set, independent)
    assert (parsed.k, parsed.seed, parsed.full) == (k, seed, name)


@pytest.mark.parametrize("name", ["", "../loso", "LOSO", "a--b", "1-fold", "x" * 65])
def test_what_can_be_no_name_is_refused(name):
    with pytest.raises(UsageError):
        parse_name(name)


def test_rules_are_told_in_words():
    names = ("loso", "10-fold-seed3", "emobox", "emobox-speaker-independent", "session", "official")
    told = [describe_rule(parse_name(name)) for name in names]
    assert len(set(told)) == len(names)
    assert "seed 3" in told[1]


@example("fold-six")
@example("k-fold-x")
@given(st.from_regex(NAME, fullmatch=True).filter(lambda name: len(name) <= 40))
def test_every_name_that_a_spec_may_give_is_found_again(name):
    try:
        TypeAdapter(ProtocolKey).validate_python(name)
    except ValidationError:
        return
    assert parse_name(name).base == name
    for ending in ENDINGS:
        assert parse_name(name + ending).base == name
