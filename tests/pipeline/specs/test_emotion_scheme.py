import pytest

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from pipeline.specs.emotion_scheme import emotion_scheme
from tests.conftest import MakeSpec


def test_unknown_category_is_suggested(make_spec: MakeSpec) -> None:
    with pytest.raises(UsageError, match=r"category 'angry'.*did you mean 'anger'"):
        make_spec(emotions="{ang: angry}")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("emotions", {"a": "ire"}),
        ("classes", {"ire": "low_neutral"}),
        ("votes", {"a": "ire"}),
    ],
)
def test_categories_are_checked_wherever_a_spec_names_them(
    make_spec: MakeSpec, key: str, value: dict[str, str]
) -> None:
    spec = make_spec().model_copy(update={key: value})
    with pytest.raises(UsageError, match=f"corpus tones: `{key}` names the category 'ire'"):
        emotion_scheme().check(spec)


def test_every_category_rests_on_a_source() -> None:
    scheme = emotion_scheme()
    assert all(category.sources for category in scheme.emotions.values())
    basic = {"anger", "happiness", "sadness", "fear", "disgust", "surprise", "neutral"}
    assert basic <= scheme.emotions.keys()


def test_every_category_has_a_class() -> None:
    assert {one.class_name for one in emotion_scheme().emotions.values()} <= set(CLASSES)
