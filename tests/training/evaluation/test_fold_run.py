from dataclasses import replace

from training.config.recipe import load_recipe
from training.data.protocols import FoldChoice
from training.data.row_choice import RowChoice
from training.evaluation.fold_run import FoldRun, fold_recipe
from training.finetuning.run_plan import recipe_rows, recipe_task

TONES = RowChoice(("tones",))
RUN = FoldRun("loso", "tones", "3", 3, 12, 6, 6, FoldChoice("loso", "3"), TONES, TONES)


def test_a_recipe_trains_on_the_fold_and_the_rows_of_a_run() -> None:
    recipe = fold_recipe(load_recipe("tiny", ["data.corpora=[bells]"]), RUN)
    assert recipe_task(recipe.data) == RUN.task
    assert recipe_rows(recipe.data) == TONES


def test_classes_of_a_run_are_those_of_its_recipe() -> None:
    mapping = {"anger": "bad"}
    mapped = replace(RUN, task=FoldChoice("loso", "3", label_set=mapping))
    assert recipe_task(fold_recipe(load_recipe("tiny"), mapped).data) == mapped.task
    across = replace(RUN, task="categories")
    data = fold_recipe(load_recipe("tiny"), across).data
    assert (recipe_task(data), data.protocol) == ("categories", None)


def test_what_a_recipe_leaves_out_stays_out() -> None:
    recipe = load_recipe("tiny", ["data.exclude_speakers=[a]"])
    run = replace(RUN, fitted=RowChoice(("tones",), exclude_speakers=("b",)))
    assert fold_recipe(recipe, run).data.exclude_speakers == ("a", "b")
