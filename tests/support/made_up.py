"""Made-up predictions: what models might have said about utterances of some speakers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.schema.record import CLASSES
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.score_file import Evaluation, score_predictions
from training.model.provenance import TrainingSpeakers


def make_utterances(
    speakers: int = 8, per_class: int = 3, corpora: Sequence[str] = ("alpha", "beta")
) -> pd.DataFrame:
    """Every speaker says every class a few times; half of the speakers in each corpus."""
    rows = [
        {
            "id": f"{corpora[speaker % len(corpora)]}/{speaker}_{label}_{take}",
            "corpus": corpora[speaker % len(corpora)],
            "speaker": f"s{speaker}",
            "label": label,
        }
        for speaker in range(speakers)
        for label in range(len(CLASSES))
        for take in range(per_class)
    ]
    return pd.DataFrame(rows)


def make_probabilities(
    utterances: pd.DataFrame, skill: float, seed: int = 0, sureness: float = 3.0
) -> np.ndarray:
    """Answers right about that often, ``(utterances, classes)``."""
    rng = np.random.default_rng(seed)
    labels = utterances["label"].to_numpy()
    said = np.where(rng.random(len(labels)) < skill, labels, rng.integers(0, 6, len(labels)))
    logits = rng.normal(size=(len(labels), len(CLASSES)))
    logits[np.arange(len(labels)), said] = logits.max(axis=1) + sureness * rng.random(len(labels))
    odds = np.exp(logits)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def make_evaluation(
    skills: Sequence[float] = (0.6,),
    utterances: pd.DataFrame | None = None,
    heard: Sequence[str] = (),
    seed: int = 0,
    dataset: Path | str = "dataset",
) -> Evaluation:
    """An evaluation of one model a skill."""
    utterances = make_utterances() if utterances is None else utterances
    probabilities = [
        make_probabilities(utterances, skill, seed + number) for number, skill in enumerate(skills)
    ]
    names = [f"models/m{number}" for number in range(len(skills))]
    predictions = PredictionTable.from_probabilities(names, utterances, probabilities)
    return score_predictions(
        predictions, dataset, "test", list(CLASSES), TrainingSpeakers(frozenset(heard))
    )


def evaluation(
    corpus: str, speakers: str, truth: str, guess: str, classes: str = "ab", heard: str = ""
) -> Evaluation:
    """Clips named by their places, a speaker, a class and a guess a letter."""
    utterances = pd.DataFrame(
        {
            "id": [f"{corpus}/{speaker}{n}" for n, speaker in enumerate(speakers)],
            "corpus": corpus,
            "speaker": list(speakers),
            "label": [classes.index(one) for one in truth],
        }
    )
    predicted = np.array([[classes.index(one) for one in guess]])
    table = PredictionTable(["m"], utterances, predicted, None)
    training = TrainingSpeakers(frozenset(heard))
    return score_predictions(table, "nowhere", "test", list(classes), training)
