import pytest

from pipeline.common.errors import UsageError
from training.config.recipe import Recipe, load_recipe
from training.evaluation.baselines.run import Baseline
from training.evaluation.systems import System, check_systems, folder_name

MAJORITY = Baseline("majority")


def tiny(*overrides: str) -> Recipe:
    return load_recipe("tiny", overrides)


@pytest.mark.parametrize(
    "setting",
    ["data.where='age < 30'", "data.exclude_speakers=[a]", "data.exclude_audio_of=[emo_db]"],
)
def test_recipes_that_train_on_fewer_rows_are_not_compared_with_others(setting: str) -> None:
    fewer = tiny(setting)
    others: list[System] = [MAJORITY, tiny()]
    for other in others:
        with pytest.raises(UsageError, match=r"other would train on all rows, tiny on rows by"):
            check_systems({"other": other, "tiny": fewer})
    assert check_systems({"tiny": fewer, "twin": tiny(setting, "run.seed=1")})


def test_rows_that_all_leave_out_are_told() -> None:
    assert check_systems({"tiny": tiny(), "majority": MAJORITY}) == check_systems({}) == []
    (line,) = check_systems({"tiny": tiny("data.where='age < 30'")})
    assert line == "trained on rows by data.where = age < 30"


def test_names_that_differ_in_case_alone_are_refused() -> None:
    with pytest.raises(UsageError, match="tiny and Tiny differ in case alone"):
        check_systems({"tiny": tiny(), "Tiny": tiny()})


def test_no_name_leads_out_of_a_folder() -> None:
    assert "/" not in folder_name("../../elsewhere")
    assert folder_name("a b") != folder_name("a_b")
