import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.labels import class_index, is_clipped, label_map, label_utterance
from pipeline.schema.record import CLASSES
from pipeline.schema.utterance import RaterAnswer, Utterance, excluded, rejected
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeSpec

CLIP = Utterance("tones/a", "tones", "tones/a", "a.wav", 1, "", label_native="ang")


def test_code_gives_category_and_classes(make_spec: MakeSpec) -> None:
    clip = label_utterance(CLIP, make_spec(), emotion_scheme())
    assert (clip.emotion, clip.label, clip.arousal_class, clip.valence_class) == (
        "anger",
        3,
        "high",
        "negative",
    )
    assert clip.dropped is None


def test_corpus_may_place_a_category_elsewhere(make_spec: MakeSpec) -> None:
    clip = label_utterance(CLIP, make_spec(classes="{anger: low_negative}"), emotion_scheme())
    assert clip.label == 0


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("oth", "excluded", "other"),
        ("xyz", "rejected", "unknown_label"),
        (None, "rejected", "no_label"),
    ],
)
def test_codes_without_a_category(
    make_spec: MakeSpec, code: str | None, status: str, reason: str
) -> None:
    clip = label_utterance(CLIP._replace(label_native=code), make_spec(), emotion_scheme())
    assert clip.dropped is not None
    assert (clip.status, clip.dropped.reason) == (status, reason)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rating=st.floats(-10, 10))
def test_ratings_are_scaled_and_clipped(make_spec: MakeSpec, rating: float) -> None:
    spec = make_spec(
        path=r"'(?P<emotion>ang)(?P<valence>\d)(?P<arousal>\d)'",
        scales="{valence: [1, 5], arousal: [1, 5]}",
    )
    clip = CLIP._replace(annotations={"valence": str(rating), "arousal": "n/a"})
    clip = label_utterance(clip, spec, emotion_scheme())
    assert clip.valence == pytest.approx(min(max((rating - 1) / 4, 0), 1))
    assert clip.arousal is None
    assert clip.dominance is None


def test_ratings_and_votes_may_have_a_decimal_comma(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<emotion>ang)(?P<valence>\d)(?P<A>\d)'",
        scales="{valence: [1, 5]}",
        votes="{A: anger}",
    )
    clip = CLIP._replace(annotations={"valence": "3,5", "A": "0,25"})
    assert not is_clipped(clip, spec)
    assert is_clipped(clip._replace(annotations={"valence": "5,5"}), spec)
    clip = label_utterance(clip, spec, emotion_scheme())
    assert (clip.valence, clip.votes) == (0.625, {"anger": 0.25})


def test_votes_are_counted_by_category(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<emotion>ang)(?P<A>\d)(?P<H>\d)(?P<N>\d)'",
        votes="{A: anger, H: happiness, N: neutral}",
    )
    clip = label_utterance(CLIP._replace(annotations={"A": "7", "H": "2"}), spec, emotion_scheme())
    assert clip.votes == {"anger": 7.0, "happiness": 2.0}


def test_six_classes_are_arousal_times_valence() -> None:
    assert [class_index(*name.split("_")) for name in CLASSES] == list(range(6))
    assert class_index("low", "positive") == 2
    assert class_index("low", None) is class_index(None, "positive") is None


def test_codes_may_be_ranges_of_numbers(make_spec: MakeSpec) -> None:
    spec = make_spec(
        emotions="{0-64: neutral, 65-72: anger, x/1-5: fear}", exclude="{100-120: other}"
    )
    found = {
        code: label_utterance(CLIP._replace(label_native=code), spec, emotion_scheme())
        for code in ("0", "064", "72", "73", "x/3", "110")
    }
    assert [clip.emotion for clip in found.values()] == [
        *("neutral", "neutral", "anger", None, "fear", None)
    ]
    assert [clip.dropped.reason for clip in found.values() if clip.dropped] == [
        *("unknown_label", "other")
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rating=st.floats(-10, 10))
def test_a_scale_may_run_backwards(make_spec: MakeSpec, rating: float) -> None:
    path = r"'(?P<emotion>ang)(?P<valence>\d)(?P<arousal>\d)'"
    spec = make_spec(path=path, scales="{valence: [1, 5], arousal: [5, 1]}")
    clip = CLIP._replace(annotations={"valence": str(rating), "arousal": str(rating)})
    assert is_clipped(clip, spec) == (not 1 <= rating <= 5)
    labelled = label_utterance(clip, spec, emotion_scheme())
    assert labelled.valence is not None
    assert labelled.arousal == pytest.approx(1 - labelled.valence)
    assert not str(labelled.arousal).startswith("-")


def test_a_corpus_may_define_categories_with_what_is_known_of_their_place(
    make_spec: MakeSpec,
) -> None:
    spec = make_spec(
        categories="{dreamy: low_positive, level_2: {arousal: high}, sour: {valence: negative}}",
        emotions="{ang: dreamy, neu: level_2, hap: sour}",
        classes="{sour: low_negative}",
    )
    places = {}
    for code in ("ang", "neu", "hap"):
        clip = label_utterance(CLIP._replace(label_native=code), spec, emotion_scheme())
        assert clip.dropped is None
        places[clip.emotion] = (clip.label, clip.arousal_class, clip.valence_class)
    assert places == {
        "dreamy": (2, "low", "positive"),
        "level_2": (None, "high", None),
        "sour": (0, "low", "negative"),
    }
    assert [line.class_name for line in label_map(spec, emotion_scheme())] == [
        *("low_positive", None, "low_negative", None)
    ]
    assert {line.sources for line in label_map(spec, emotion_scheme())} == {("spec",), ()}


def test_a_corpus_with_ratings_needs_no_categories(make_spec: MakeSpec) -> None:
    path = r"'(?P<speaker>s\d+)_(?P<valence>\d)?'"
    spec = make_spec(path=path, scales="{valence: [1, 5]}", emotions="{}", exclude="{}")
    rated = CLIP._replace(label_native=None, annotations={"valence": "3"})
    clip = label_utterance(rated, spec, emotion_scheme())
    assert (clip.dropped, clip.emotion, clip.label, clip.valence) == (None, None, None, 0.5)
    silent = label_utterance(rated._replace(annotations={}), spec, emotion_scheme())
    assert silent.dropped is not None
    assert silent.dropped.detail == "nothing rates its valence"


RATED = {
    "tables": "{answers: {file: a.csv, match: {c: '{stem}'}, take: {emotion: e, arousal: a}}}",
    "raters": "{rows: answers, emotion: majority, ratings: median}",
    "scales": "{arousal: [0, 4]}",
}


def rated(*emotions: str, arousal: float | None = None) -> Utterance:
    answers = tuple(RaterAnswer(None, (emotion,), (), arousal) for emotion in emotions)
    return CLIP._replace(raters=answers)


def test_raters_vote_for_the_label_and_make_the_rating(make_spec: MakeSpec) -> None:
    spec = make_spec(**RATED)
    answers = [RaterAnswer(None, (e,), (), a) for e, a in (("hap", 1.0), ("neu", 9), ("hap", 2.0))]
    clip = label_utterance(CLIP._replace(raters=tuple(answers)), spec, emotion_scheme())
    assert (clip.label_native, clip.emotion, clip.dropped) == ("hap", "happiness", None)
    assert clip.votes == {"happiness": 2.0, "neutral": 1.0}
    assert clip.arousal == 0.5
    assert is_clipped(rated("hap", arousal=9.0), spec)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (["hap", "neu"], "no_majority"),
        (["oth", "oth", "neu"], "other"),
        (["hap", "hap", "huh"], "unknown_label"),
        ([], None),  # nobody answered: what the name says holds
    ],
)
def test_what_raters_cannot_decide(
    make_spec: MakeSpec, answers: list[str], reason: str | None
) -> None:
    clip = label_utterance(rated(*answers), make_spec(**RATED), emotion_scheme())
    assert (clip.dropped.reason if clip.dropped else None) == reason
    assert clip.emotion == (None if reason else "anger")


def test_clips_without_any_answer_are_excluded_where_a_number_of_raters_is_stated(
    make_spec: MakeSpec,
) -> None:
    rule = "{rows: answers, emotion: {rule: majority, least_raters: 1}}"
    spec = make_spec(**RATED | {"raters": rule})
    nobody = label_utterance(rated()._replace(label_native=None), spec, emotion_scheme())
    assert nobody.dropped == excluded("labels", "too_few_raters", "0 of 1 raters")
    assert label_utterance(rated(), spec, emotion_scheme()).emotion == "anger"


def test_raters_without_a_rule_only_vote(make_spec: MakeSpec) -> None:
    spec = make_spec(**RATED | {"raters": "{rows: answers}"})
    answered = rated("hap", "hap", "oth", "huh", arousal=4.0)
    clip = label_utterance(answered._replace(annotations={"arousal": "1"}), spec, emotion_scheme())
    assert (clip.label_native, clip.emotion, clip.dropped) == ("ang", "anger", None)
    assert clip.votes == {"happiness": 2.0}
    assert clip.arousal == 0.25


def test_counted_votes_make_a_label_by_the_same_rule(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<ang>\d)(?P<hap>\d)(?P<oth>\d)'",
        votes="[ang, hap, oth]",
        raters="{emotion: {rule: unanimous, otherwise: several_emotions}}",
    )

    def label(**votes: str) -> Utterance:
        clip = CLIP._replace(label_native=None, annotations=votes)
        return label_utterance(clip, spec, emotion_scheme())

    assert label(ang="0", hap="1").emotion == "happiness"
    assert label(ang="0", hap="1").label_native == "hap"
    assert label(ang="True", hap="false").label_native == "ang"
    told = label(ang="yes", hap="no").dropped
    assert told == rejected(
        "labels", "no_label", "its votes are no numbers: ang is 'yes', hap is 'no'"
    )
    reasons = [label(ang="1", hap="1"), label(ang="0", hap="0"), label(oth="1"), label()]
    assert [clip.dropped.reason if clip.dropped else None for clip in reasons] == [
        "several_emotions", "several_emotions", "other", "no_label",
    ]  # fmt: skip


CELLS = st.sampled_from(["0", "1", "0,5", "-1", "-0.5", "true", "", "?", "nan", "1e308"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("n_ang", "n_joy", "n_hap"), CELLS)))
def test_cells_of_votes_may_hold_anything(make_spec: MakeSpec, votes: dict[str, str]) -> None:
    spec = make_spec(
        path=r"'(?P<n_ang>\d)(?P<n_joy>\d)(?P<n_hap>\d)'",
        votes="{n_ang: anger, n_joy: happiness, n_hap: happiness}",
        raters="{emotion: plurality}",
    )
    clip = label_utterance(
        CLIP._replace(label_native=None, annotations=votes), spec, emotion_scheme()
    )
    assert (clip.emotion is None) == (clip.dropped is not None)
    assert all(0 <= count <= 2 for count in (clip.votes or {}).values())


def test_a_negative_count_of_votes_is_none(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<ang>\d)(?P<hap>\d)'", votes="[ang, hap]", raters="{emotion: plurality}"
    )
    clip = CLIP._replace(label_native=None, annotations={"ang": "1", "hap": "-1"})  # not known
    labelled = label_utterance(clip, spec, emotion_scheme())
    assert (labelled.emotion, labelled.votes) == ("anger", {"anger": 1.0})


@pytest.mark.parametrize(("votes_for", "code"), [("category", "hap"), ("code", "ang")])
def test_codes_vote_together_or_each_for_itself(
    make_spec: MakeSpec, votes_for: str, code: str
) -> None:
    spec = make_spec(
        path=r"'(?P<ang>\d)(?P<hap>\d)(?P<joy>\d)'",
        emotions="{joy: happiness, hap: happiness, ang: anger}",
        votes="[ang, hap, joy]",
        raters=f"{{emotion: {{rule: plurality, votes_for: {votes_for}}}}}",
    )
    clip = CLIP._replace(annotations={"ang": "0.4", "hap": "0,3", "joy": "0.3"})
    assert label_utterance(clip, spec, emotion_scheme()).label_native == code


def test_votes_by_category_find_a_code_of_the_corpus(make_spec: MakeSpec) -> None:
    spec = make_spec(
        path=r"'(?P<A>\d)(?P<H>\d)'",
        votes="{A: anger, H: happiness}",
        emotions="{joy: happiness, hap: happiness, ang: anger}",
        raters="{emotion: plurality}",
    )
    clip = CLIP._replace(annotations={"A": "1", "H": "3"})
    assert label_utterance(clip, spec, emotion_scheme()).label_native == "hap"
