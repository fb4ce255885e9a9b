import pytest
from pydantic import TypeAdapter, ValidationError

from pipeline.splits.protocols.protocol_spec import FoldSpec, ProtocolKey, ProtocolSpec


@pytest.mark.parametrize("name", ["loso", "5-fold", "x-fold-seed1", "Session", "a--b", "my-four"])
def test_names_that_mean_something_else_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ProtocolKey).validate_python(name)


def test_a_fold_has_one_test_part() -> None:
    for keys in ({}, {"test": "a", "clips": "b"}):
        with pytest.raises(ValidationError, match="not both"):
            FoldSpec.model_validate(keys)


@pytest.mark.parametrize(
    "keys",
    [{"folds": {"1": {"test": "("}}}, {"folds": {"1": {"clips": "{a"}}}, {"leave_out": "[z-a]"}],
)
def test_faults_are_found_when_the_spec_is_read(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ProtocolSpec.model_validate(keys)
