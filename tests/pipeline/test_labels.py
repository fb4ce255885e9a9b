import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.labels import class_to_indices, is_clipped, label_utterance
from pipeline.schema.record import CLASSES
from pipeline.schema.utterance import Utterance
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
    assert [class_to_indices(name)[0] for name in CLASSES] == list(range(6))
    assert class_to_indices("low_positive") == (2, "low", "positive")
