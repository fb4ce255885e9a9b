import pytest
from pydantic import ValidationError

from pipeline.common.errors import UsageError
from pipeline.specs.own_category import OwnCategory
from tests.conftest import MakeSpec


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({}, "expected its classes"),
        ({"class": "low_positive", "arousal": "low"}, "`class` says arousal and valence already"),
        ({"class": "positive"}, "low_negative"),
        ({"arousal": "middle"}, "'low' or 'high'"),
    ],
)
def test_a_place_is_a_class_or_a_part_of_it(stated: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        OwnCategory.model_validate(stated)


def test_what_a_category_says_of_its_place() -> None:
    assert OwnCategory.model_validate({"class": "high_neutral"}).classes == ("high", "neutral")
    assert OwnCategory(arousal="high").classes == ("high", None)


def test_shared_categories_are_not_defined_anew(make_spec: MakeSpec) -> None:
    with pytest.raises(UsageError, match=r"defines 'anger', which emotions.yaml has"):
        make_spec(categories="{anger: low_negative}")


def test_an_unknown_category_may_be_near_one_of_its_own(make_spec: MakeSpec) -> None:
    with pytest.raises(UsageError, match="did you mean 'dreamy'"):
        make_spec(categories="{dreamy: low_positive}", emotions="{ang: dreami}")
