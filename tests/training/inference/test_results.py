import numpy as np

from pipeline.schema.record import CLASSES
from training.data.targets import HeadLabels
from training.inference.results import Prediction, PredictionFailure, marginals, prediction_fields
from training.model.outputs import Predictions

SIX = np.array([0.1, 0.2, 0.0, 0.4, 0.0, 0.3])


def test_arousal_and_valence_are_sums_of_the_six_classes() -> None:
    arousal, valence = marginals(SIX, CLASSES)
    assert arousal == {"low": 0.3, "high": 0.7}
    assert valence == {"negative": 0.5, "neutral": 0.2, "positive": 0.3}
    assert marginals(SIX[:2], ["calm", "tense"]) == ({}, {})


def test_fields_are_those_of_the_heads_there_are() -> None:
    plain = prediction_fields(Predictions(SIX), CLASSES, HeadLabels())
    assert plain["label"] == "high_negative"
    assert set(plain) == {"label", "probabilities", "arousal", "valence"}
    both = prediction_fields(
        Predictions(SIX, np.array([0.9, 0.1]), np.array([0.25])),
        CLASSES,
        HeadLabels(("joy", "fear"), ("arousal",)),
    )
    assert (both["emotion"], both["ratings"]) == ("joy", {"arousal": 0.25})


def test_json_has_no_fields_of_heads_that_are_missing() -> None:
    fields = prediction_fields(Predictions(SIX), CLASSES, HeadLabels())
    one = Prediction(path="a.wav", duration=1.0, windows=(), **fields).to_dict()
    assert not {"emotion", "emotions", "ratings"} & one.keys()
    assert PredictionFailure("a.wav", "truncated").to_dict() == {
        "path": "a.wav",
        "error": "truncated",
    }
