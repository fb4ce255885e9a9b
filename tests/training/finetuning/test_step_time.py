import pytest
import torch

from tests.support.shards import NANO
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


def test_a_batch_is_tried_as_it_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ["run.precision=bf16", "model.gradient_checkpointing=true", "run.compile=true"]
    recipe = load_recipe("tiny", [*NANO, *settings])
    compiled: list[object] = []
    monkeypatch.setattr("training.finetuning.training_arguments.compile_layers", compiled.append)
    model = empty_model(recipe.model)
    dtypes: set[torch.dtype] = set()
    assert model.classifier is not None
    model.classifier.register_forward_hook(lambda _, __, output: dtypes.add(output.dtype))
    assert time_batch(model, recipe, 8_000) > 0
    assert dtypes == {torch.bfloat16}
    assert model.is_activation_checkpointing
    assert compiled == [model]
