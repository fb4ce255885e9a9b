import pytest

from pipeline.specs.raters import Raters, VoteRule
from pipeline.specs.yaml_reader import SpecError
from tests.conftest import MakeSpec

ANSWERS = "{answers: {file: a.csv, match: {clip: '{stem}'}, take: {rater: who, emotion: felt}}}"


def test_a_rule_may_be_one_word() -> None:
    assert Raters.model_validate({"emotion": "majority"}).emotion == VoteRule(rule="majority")


def test_one_rater_may_have_one_column() -> None:
    raters = Raters.model_validate({"columns": {"emotion": "felt"}})
    assert raters.columns == {"emotion": ["felt"]}


@pytest.mark.parametrize(
    ("raters", "fault"),
    [
        ("{rows: answers, columns: {emotion: [a]}}", "two forms of one thing"),
        ("{columns: {emotion: [a, b], arousal: [c]}}", "found 2 of emotion, 1 of arousal"),
        ("{by: who, columns: {emotion: [a]}}", "there are no rows"),
        ("{rows: answer, emotion: majority}", "names the table 'answer', which `tables` lacks"),
        ("{rows: answers, by: whom, emotion: majority}", "no table of `raters.rows` gives 'whom'"),
        ("{rows: answers, ratings: mean}", "nothing gives the ratings"),
        ("{columns: {arousal: [a]}, emotion: majority}", "`raters.columns` uses the field 'a'"),
        ("{rows: answers, ratings: ewe}", "name the field that tells who"),
        ("{emotion: majority}", "nothing gives the emotions that raters name"),
        ("{rows: answers, emotion: most}", "expected"),
        ("{rows: answers, emotion: {rule: majority, least_share: 2}}", "least_share"),
    ],
)
def test_faults_are_named(make_spec: MakeSpec, raters: str, fault: str) -> None:
    with pytest.raises(SpecError) as error:
        make_spec(tables=ANSWERS, raters=raters)
    assert fault in str(error.value)


def test_a_rule_is_needed_where_nothing_else_gives_the_emotion(make_spec: MakeSpec) -> None:
    with pytest.raises(SpecError, match=r"raters: \{emotion: majority\}"):
        make_spec(path="'.'", tables=ANSWERS, raters="{rows: answers}")
    make_spec(path="'.'", tables=ANSWERS, raters="{rows: answers, emotion: majority}")
    make_spec(tables=ANSWERS, raters="{rows: answers}")


def test_votes_and_corrections_may_not_compete_with_raters(make_spec: MakeSpec) -> None:
    raters = "{rows: answers, emotion: majority}"
    with pytest.raises(SpecError, match="counted twice"):
        make_spec(tables=ANSWERS, raters=raters, votes="{take: anger}")
    with pytest.raises(SpecError, match="raters vote for `emotion`"):
        make_spec(tables=ANSWERS, raters=raters, corrections="{s1_ang_1: {emotion: neu}}")


def test_votes_that_are_called_as_codes(make_spec: MakeSpec) -> None:
    path = r"'(?P<ang>\d)(?P<oth>\d)'"
    spec = make_spec(path=path, votes="[ang, oth]", raters="{emotion: plurality}")
    assert spec.votes == {"ang": "anger", "oth": "other"}
    with pytest.raises(SpecError, match="joy is no code of `emotions` or `exclude`"):
        make_spec(path=path, votes="[ang, joy]", raters="{emotion: plurality}")


def test_what_votes_elect_needs_a_code(make_spec: MakeSpec) -> None:
    path = r"'(?P<n_joy>\d)(?P<n_ang>\d)'"
    votes = "{n_joy: happiness, n_ang: anger}"
    codes = "{ang: anger}"
    with pytest.raises(SpecError, match="`votes`: happiness has no code"):
        make_spec(path=path, emotions=codes, votes=votes, raters="{emotion: plurality}")
    make_spec(
        path=path,
        emotions=codes,
        exclude="{joy: happiness}",  # a reason is an outcome as good
        votes=votes,
        raters="{emotion: plurality}",
    )
    labelled = r"'(?P<n_joy>\d)(?P<n_ang>\d)(?P<emotion>ang)'"
    make_spec(path=labelled, emotions=codes, votes=votes)  # counted, and nobody is elected
