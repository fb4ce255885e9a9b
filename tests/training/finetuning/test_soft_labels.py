"""Runs that learn from the votes of raters."""

import json
from pathlib import Path

import pytest

from tests.support.shards import NANO, record, write_shards
from training.config.recipe import Recipe, load_recipe
from training.data.dataset import Utterances, collate
from training.finetuning.objective import build_objective
from training.finetuning.run_plan import plan_run
from training.finetuning.train import train
from training.model.losses import ClassLoss

EMOTIONS = ("sadness", "neutral", "calm", "anger", "surprise", "happiness")
SOFT = [*NANO, "optimizer.epochs=1", "loss.soft_labels=true", "heads.emotion=0.5"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of six emotions, of which every other one has three votes for its own and one for
    the next emotion."""
    folder = tmp_path_factory.mktemp("voted")
    rows = []
    for split, size in {"train": 24, "validation": 12}.items():
        for number in range(size):
            label = number % 6
            other = EMOTIONS[(label + 1) % 6]
            votes = [{"key": EMOTIONS[label], "value": 3.0}, {"key": other, "value": 1.0}]
            own = votes if number % 4 < 2 else None
            rows.append(record("alpha", split, number, label, emotion=EMOTIONS[label], votes=own))
    write_shards(folder, rows)
    return folder


def recipe(*overrides: str) -> Recipe:
    return load_recipe("tiny", [*SOFT, *overrides])


def test_batches_carry_the_shares_of_votes(dataset: Path) -> None:
    plan = plan_run(recipe(), dataset)
    utterances = Utterances(plan.index, heads=plan.heads)
    batch = collate([utterances[0], utterances[2]])
    assert batch["label_shares"].tolist() == [[0.75, 0.25, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]]
    assert batch["emotion_shares"].shape == (2, 6)
    assert "label_shares" not in plan.validation


def test_losses_compare_with_shares_and_count_them(dataset: Path) -> None:
    plan = plan_run(recipe("loss.class_weights=balanced"), dataset)
    losses = [loss for loss in build_objective(plan).losses if isinstance(loss, ClassLoss)]
    assert [loss.target for loss in losses] == ["label_shares", "emotion_shares"]
    hard = plan_run(recipe("loss.soft_labels=false"), dataset)
    targets = [loss.target for loss in build_objective(hard).losses]
    assert targets == ["labels", "emotion_labels"]


def test_a_run_learns_from_votes(dataset: Path, tmp_path: Path) -> None:
    result = train(recipe(), dataset, tmp_path / "model")
    assert result.validation is not None
    assert result.validation.utterances == 12
    told = json.loads((tmp_path / "model" / "provenance.json").read_text(encoding="utf-8"))
    assert told["recipe"]["loss"]["soft_labels"] is True
