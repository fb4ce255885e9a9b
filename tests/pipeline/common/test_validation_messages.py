from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from pipeline.common.validation_messages import (
    describe_validation_error,
    known_keys_at,
    locate,
)


class Owl(BaseModel):
    kind: Literal["owl"] = "owl"
    name: str
    mice: int = Field(0, ge=0)


class Hen(BaseModel):
    kind: Literal["hen"] = "hen"
    eggs: list[int] = Field([], max_length=2)


class Farm(BaseModel):
    bird: Annotated[Owl | Hen, Field(discriminator="kind")]
    barn: Owl | None = None
    acres: float = 1.0

    @field_validator("acres")
    @classmethod
    def _is_a_farm(cls, acres: float) -> float:
        if acres > 1000:
            raise ValueError("a farm that large is a county")
        return acres


OWL = {"kind": "owl", "name": "Otus"}


@pytest.mark.parametrize(
    ("farm", "where", "message"),
    [
        ({"bird": OWL | {"mice": "many"}}, "bird.owl.mice", "a whole number, found 'many'"),
        ({"bird": OWL | {"mice": -1}}, "bird.owl.mice", "expected 0 or more, found -1"),
        ({"bird": OWL | {"name": None}}, "bird.owl.name", "expected text, found nothing"),
        ({"bird": {"kind": "cow"}}, "bird.kind", "expected 'owl' or 'hen', found 'cow'"),
        ({"bird": "owl"}, "bird", "found 'owl'"),
        (
            {"bird": {"kind": "hen", "eggs": [1, 2, 3]}},
            "bird.hen.eggs",
            "a list of 2 or fewer, found a list of 3",
        ),
        ({"bird": OWL, "barn": []}, "barn", "expected {name: …, kind: …, mice: …}, found an empty"),
        ({"bird": OWL, "acres": 5000}, "acres", "a farm that large is a county"),
    ],
)
def test_faults_say_where_and_what(farm: dict[str, Any], where: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        Farm.model_validate(farm)
    (fault,) = error.value.errors()
    assert ".".join(map(str, locate(fault))) == where
    assert message in describe_validation_error(fault, Farm)


def test_required_keys_come_first() -> None:
    assert known_keys_at((), Farm) == ["bird", "barn", "acres"]
    assert known_keys_at(("barn",), Farm) == ["name", "kind", "mice"]
