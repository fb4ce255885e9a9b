import pytest

from training.data.row_choice import EVERY_ROW, RowChoice


def test_nothing_is_left_out_unless_asked_for() -> None:
    assert RowChoice() == EVERY_ROW
    assert not any(vars(EVERY_ROW).values())


def test_a_choice_does_not_change() -> None:
    with pytest.raises(AttributeError):
        EVERY_ROW.where = "age < 30"  # type: ignore[misc]
