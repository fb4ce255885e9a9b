from training.config.recipe import load_recipe
from training.data.targets import HeadLabels
from training.finetuning.step_time import time_batch
from training.model.build import empty_model


def test_a_batch_of_longer_clips_takes_longer() -> None:
    recipe = load_recipe("tiny", ["optimizer.batch_size=4"])
    short, long = (
        time_batch(empty_model(recipe.model), recipe, samples) for samples in (8_000, 160_000)
    )
    assert 0 < short < long


def test_a_model_of_ratings_alone_is_timed() -> None:
    recipe = load_recipe("tiny", ["optimizer.batch_size=2"])
    model = empty_model(recipe.model, HeadLabels(dimensions=("arousal",)), classes=())
    assert time_batch(model, recipe, 8_000) > 0
