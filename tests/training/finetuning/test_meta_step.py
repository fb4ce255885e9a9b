import json
from pathlib import Path

import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from tests.support.shards import NANO
from training.config.recipe import Recipe, load_recipe
from training.config.sections import ModelSection
from training.data.targets import HeadLabels
from training.finetuning.meta_step import trace_step
from training.finetuning.run_provenance import count_parameters
from training.model.build import build_model, empty_model, freeze


def tiny(*overrides: str) -> Recipe:
    return load_recipe("tiny", [*NANO, *overrides])


def saved_bytes(recipe: Recipe, samples: int) -> int:
    """What a real forward pass on real tensors saves for the backward pass."""
    model = build_model(None, config=recipe.model.config)
    freeze(model, recipe.model)
    model.train()
    weights = {weight.data_ptr() for weight in model.parameters()}
    saved: dict[int, torch.Tensor] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.untyped_storage().data_ptr() not in weights:
            saved[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    size = recipe.optimizer.batch_size
    with saved_tensors_hooks(note, lambda tensor: tensor):
        model(torch.randn(size, samples), labels=torch.zeros(size, dtype=torch.long))
    return sum(tensor.untyped_storage().nbytes() for tensor in saved.values())


@pytest.mark.parametrize("frozen", ["false", "true"])
def test_activations_are_what_a_forward_pass_saves(frozen: str) -> None:
    recipe = tiny(f"model.freeze_originals={frozen}", f"model.freeze_feature_encoder={frozen}")
    found, _ = trace_step(empty_model(recipe.model, HeadLabels()), recipe, 8000)
    assert found == pytest.approx(saved_bytes(recipe, 8000), rel=0.01)


def test_the_published_model_costs_what_its_shapes_say() -> None:
    recipe = load_recipe("exhubert_large", ["model.original_linear=true", "optimizer.batch_size=1"])
    model = empty_model(recipe.model, HeadLabels())
    held = [weight for weight in model.parameters() if weight.device.type != "meta"]
    assert sum(weight.numel() for weight in held) <= 1024  # HuBERT's masked_spec_embed
    assert count_parameters(model) == {"total": 668_392_838, "trainable": 336_682_886}
    activations, flops = trace_step(model, recipe, 48_000)
    forward = 216.8e9  # 48 layers 199.6, convolutions 14.7, positional convolution 2.5
    assert 2.5 * forward < flops < 2.7 * forward  # of originals only the gradients passing through
    assert 1e9 < activations < 3e9


def test_gradient_checkpointing_trades_memory_for_operations() -> None:
    recipes = [
        tiny("optimizer.batch_size=4", f"model.gradient_checkpointing={on}")
        for on in ("false", "true")
    ]
    (plain, fewer), (less, more) = (
        trace_step(empty_model(recipe.model, HeadLabels()), recipe, 48_000) for recipe in recipes
    )
    assert less < plain
    assert fewer < more < 1.5 * fewer


@pytest.mark.parametrize("base", ["hubert", "exhubert"])
def test_folder_of_a_base_needs_no_weights(base: str, tmp_path: Path) -> None:
    recipe = tiny()
    trained = build_model(None, config=recipe.model.config)
    (trained.hubert if base == "hubert" else trained).config.save_pretrained(tmp_path)
    if base == "hubert":
        config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
        (tmp_path / "config.json").write_text(json.dumps(config | {"model_type": "hubert"}))
    model = empty_model(ModelSection(base=str(tmp_path)), HeadLabels())
    assert count_parameters(model)["total"] == count_parameters(trained)["total"]
    classes = ("calm", "tense")
    other = empty_model(ModelSection(base=str(tmp_path)), classes=classes)
    assert other.config.id2label == dict(enumerate(classes))
    expected = build_model(None, classes=classes, config=recipe.model.config)
    assert count_parameters(other)["total"] == count_parameters(expected)["total"]


def test_lower_precision_halves_activations_and_adds_copies_of_weights() -> None:
    def activations(precision: str, size: int) -> int:
        recipe = tiny(f"run.precision={precision}", f"optimizer.batch_size={size}")
        return trace_step(empty_model(recipe.model, HeadLabels()), recipe, 8000)[0]

    copies = 2 * activations("bf16", 4) - activations("bf16", 8)  # what does not grow with a batch
    assert activations("bf16", 8) - copies == pytest.approx(activations("fp32", 8) / 2, rel=0.01)
    recipe = tiny()
    total = count_parameters(empty_model(recipe.model, HeadLabels()))["total"]
    assert 0 < copies < 4 * total
