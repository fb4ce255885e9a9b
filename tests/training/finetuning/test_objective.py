"""Losses made of a recipe and of what a run will see."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.support.shards import NANO, write_tones
from training.config.recipe import Recipe, load_recipe
from training.config.sections import LossSection
from training.data.targets import UNLABELLED
from training.finetuning import objective
from training.finetuning.objective import build_objective
from training.finetuning.run_plan import Plan, plan_run
from training.finetuning.train import train
from training.model.losses import ClassLoss, HeadLoss
from training.model.outputs import ExHubertOutput


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sizes = {"train": 2, "validation": 1, "test": 1}
    return write_tones(tmp_path_factory.mktemp("tones"), sizes, ("alpha",))


def recipe_with(*overrides: str) -> Recipe:
    return load_recipe("tiny", [*NANO, "optimizer.epochs=1", *overrides])


def test_settings_of_the_recipe_reach_the_loss(dataset: Path) -> None:
    recipe = recipe_with(
        "loss.logit_adjustment=0.5",
        "loss.class_weights=balanced",
        "loss.focal_gamma=2",
        "loss.label_smoothing=0.1",
        "heads.label=3",
    )
    (loss,) = build_objective(plan_run(recipe, dataset)).losses
    assert isinstance(loss, ClassLoss)
    assert (loss.target, loss.output, loss.weight) == ("labels", "logits", 3)
    assert (loss.focal_gamma, loss.label_smoothing) == (2, 0.1)
    assert loss.shift is not None
    assert loss.class_weights is not None
    torch.testing.assert_close(loss.shift, torch.full((6,), 1 / 6).log() / 2)
    torch.testing.assert_close(loss.class_weights, torch.ones(6))


def test_plain_settings_give_the_plain_loss(dataset: Path) -> None:
    (loss,) = build_objective(plan_run(recipe_with(), dataset)).losses
    assert isinstance(loss, ClassLoss)
    assert loss.shift is None
    assert loss.class_weights is None


@dataclass(frozen=True)
class Confidence:
    """A made-up loss: mean negative entropy of the classes, so that no clip is too sure."""

    weight: float
    target: str = "labels"

    def __call__(self, outputs: ExHubertOutput, target: Tensor, count: Tensor) -> Tensor:
        log_p = outputs.logits.log_softmax(dim=-1)
        return ((log_p.exp() * log_p).sum(dim=-1) * (target != UNLABELLED)).sum() / count


class Extended(LossSection):
    """The recipe's section with the key of the made-up loss."""

    confidence: float = 0.0


def confidence_loss(plan: Plan) -> HeadLoss | None:
    assert isinstance(plan.recipe.loss, Extended)
    return Confidence(plan.recipe.loss.confidence)


def test_a_further_loss_is_a_class_a_recipe_key_and_a_line(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objective, "LOSSES", (*objective.LOSSES, confidence_loss))
    recipe = recipe_with().model_copy(update={"loss": Extended(confidence=0.5)})
    built = build_objective(plan_run(recipe, dataset))
    outputs = ExHubertOutput(logits=torch.randn(4, 6))
    targets = {"labels": torch.tensor([0, 5, UNLABELLED, 1])}
    plain, added = built.losses
    count = torch.tensor(3)
    expected = plain(outputs, targets["labels"], count)
    expected = expected + 0.5 * added(outputs, targets["labels"], count)
    torch.testing.assert_close(built(outputs, targets), expected)
    result = train(recipe, dataset, tmp_path / "model")
    assert result.validation is not None
