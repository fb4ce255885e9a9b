from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer

from tests.training.conftest import SMALL_HUBERT, make_batch
from training.config.recipe import load_recipe
from training.data.targets import count_labelled
from training.finetuning.trainer import ShardTrainer
from training.finetuning.training_arguments import training_arguments
from training.model.build import build_model
from training.model.losses import plain_objective

Batch = dict[str, Tensor]

NOTHING_AT_RANDOM = {
    "apply_spec_augment": False,
    "layerdrop": 0,
    **{f"{part}_dropout": 0 for part in ("activation", "attention", "hidden")},
    "feat_proj_dropout": 0,
    "final_dropout": 0,
}


class ReadyTrainer(ShardTrainer):
    """Trains on batches that are given."""

    ready: list[Batch]

    def get_train_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.ready, batch_size=None)  # type: ignore[arg-type]


def make_ready_trainer(folder: Path, ready: list[Batch], accumulate: int) -> ReadyTrainer:
    recipe = load_recipe("tiny", ["optimizer.epochs=1", f"optimizer.accumulate={accumulate}"])
    arguments = training_arguments(recipe, folder, len(ready), chosen_by=None)
    arguments.save_strategy = "no"
    labels = torch.cat([batch["labels"] for batch in ready])
    model = build_model(None, config=SMALL_HUBERT | NOTHING_AT_RANDOM)
    trainer = ReadyTrainer(
        model=model,
        args=arguments,
        train_dataset=ready,
        recipe=recipe,
        batches=ready,  # type: ignore[arg-type]
        label_counts=lambda step: count_labelled({"labels": labels}),
        objective=plain_objective(model.config),
        evaluate_validation=dict,
    )
    trainer.ready = ready
    trainer.remove_callback(PrinterCallback)
    return trainer


def gradients(trainer: ReadyTrainer) -> dict[str, Tensor]:
    """Of the only optimizer step: AdamW's first average holds a tenth of them."""
    trainer.train()
    state = trainer.optimizer.state
    return {
        name: state[weight]["exp_avg"]
        for name, weight in trainer.model.named_parameters()
        if weight in state
    }


def test_accumulated_batches_weigh_as_one_large_batch(tmp_path: Path) -> None:
    clips, mask = make_batch([4_000, 3_000, 4_000, 2_000])
    labels = torch.tensor([0, -100, 5, 2])  # two labelled rows in one batch, one in the other
    whole = {"input_values": clips, "attention_mask": mask, "labels": labels}
    parts = [{name: values[rows] for name, values in whole.items()} for rows in ([0, 1], [2, 3])]
    one = gradients(make_ready_trainer(tmp_path / "one", [whole], accumulate=1))
    two = gradients(make_ready_trainer(tmp_path / "two", parts, accumulate=2))
    assert one.keys() == two.keys()
    for name, expected in one.items():
        torch.testing.assert_close(two[name], expected, rtol=1e-3, atol=1e-6)


def test_loss_of_a_step_is_not_divided_by_the_trainer(tmp_path: Path) -> None:
    """``loss_is_scaled_for_ga`` keeps its meaning: our losses are shares of a step's already."""
    clips, mask = make_batch([4_000, 3_000])
    batch = {"input_values": clips, "attention_mask": mask, "labels": torch.tensor([0, 5])}
    trainer = make_ready_trainer(tmp_path, [batch], accumulate=4)
    trainer.create_optimizer()
    trainer.current_gradient_accumulation_steps = 4
    loss = trainer.training_step(trainer.model, dict(batch))
    torch.testing.assert_close(loss, trainer.compute_loss(trainer.model, batch).detach())


def test_operations_are_counted_as_transformers_does(tmp_path: Path) -> None:
    batch = {"input_values": torch.zeros(2, 4_000), "labels": torch.tensor([0, 5])}
    trainer = make_ready_trainer(tmp_path, [batch], accumulate=1)
    assert trainer.floating_point_ops(batch) == Trainer.floating_point_ops(trainer, batch) > 0


@pytest.mark.parametrize(
    "hook",
    [
        "compute_loss",
        "create_optimizer",
        "evaluate",
        "floating_point_ops",
        "get_train_dataloader",
        "get_decay_parameter_names",
        "get_optimizer_cls_and_kwargs",
        "loss_is_scaled_for_ga",
        "training_step",
    ],
)
def test_transformers_still_has_what_is_overridden_or_called(hook: str) -> None:
    assert hasattr(Trainer, hook)


def test_learning_rates_are_the_recipes(tmp_path: Path) -> None:
    batch = {"input_values": torch.zeros(2, 4_000), "labels": torch.tensor([0, 5])}
    trainer = make_ready_trainer(tmp_path, [batch], accumulate=1)
    rate = trainer.recipe.optimizer.learning_rate
    assert {group["lr"] for group in trainer.create_optimizer().param_groups} == {rate}
