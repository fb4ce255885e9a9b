import pytest

from pipeline.drafting.gender_words import guess_genders


@pytest.mark.parametrize(
    ("values", "female", "male"),
    [
        (["F", "M"], ["F"], ["M"]),
        (["v", "m"], ["v"], ["m"]),
        (["Frau", "Mann"], ["Frau"], ["Mann"]),
    ],
)
def test_words_of_both_genders_are_recognised(
    values: list[str], female: list[str], male: list[str]
) -> None:
    assert guess_genders(values) == {"female": female, "male": male}


@pytest.mark.parametrize("values", [[], ["m"], ["m", "h"], ["f", "m", "x"], ["1", "2"]])
def test_what_could_mean_something_else_is_left_to_a_person(values: list[str]) -> None:
    assert guess_genders(values) == {}
