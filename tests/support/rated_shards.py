"""A dataset whose rows carry different labels, and a recipe for all of them."""

from pathlib import Path
from typing import Any

from tests.support.shards import NANO, record, write_shards
from training.config.recipe import Recipe, load_recipe

EMOTIONS = ("sadness", "neutral", "calm", "anger", "surprise", "happiness")


MULTITASK = [
    *NANO,
    "optimizer.epochs=2",
    "run.evaluate_every=1",
    "heads.emotion=0.5",
    "heads.ratings=0.5",
    "loss.logit_adjustment=1.0",
]


def recipe(*overrides: str) -> Recipe:
    """A recipe with every head."""
    return load_recipe("tiny", [*MULTITASK, *overrides])


def write_rated(folder: Path) -> Path:
    """Corpus alpha has classes and emotions, beta ratings, some of them beside an emotion only."""
    rows: list[dict[str, Any]] = []
    for split, size in {"train": 18, "validation": 9, "test": 9}.items():
        for number in range(size):
            label = number % 6
            rows.append(record("alpha", split, number, label, emotion=EMOTIONS[label]))
            rated: dict[str, Any] = {"arousal": label / 5, "valence": 1 - label / 5}
            if number % 3 == 0:
                rows.append(record("beta", split, number, None, emotion="fear"))
            elif number % 3 == 1:
                rows.append(record("beta", split, number, None, emotion=None, **rated))
            else:
                rows.append(record("beta", split, number, label, emotion=None, **rated))
    write_shards(folder, rows)
    return folder
