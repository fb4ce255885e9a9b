import numpy as np
import torch

from exhubert import ExHubertConfig
from training.data.targets import HeadLabels
from training.model.outputs import ExHubertOutput, Predictions, as_predictions, heads_of, join

CONFIG = ExHubertConfig(emotions=["joy", "fear"], dimensions=["arousal"])


def make_predictions() -> Predictions:
    output = ExHubertOutput(
        logits=torch.randn(3, 6), emotion_logits=torch.randn(3, 2), ratings=torch.rand(3, 1)
    )
    return as_predictions(output)


def test_logits_become_probabilities() -> None:
    found = make_predictions()
    assert found.emotions is not None
    np.testing.assert_allclose(found.classes.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(found.emotions.sum(axis=1), 1, atol=1e-6)


def test_heads_that_a_model_lacks_are_none() -> None:
    found = as_predictions(ExHubertOutput(logits=torch.randn(3, 6)), torch.float64)
    assert (found.emotions, found.ratings) == (None, None)
    assert found.classes.dtype == np.float64


def test_parts_are_joined_and_taken_apart_again() -> None:
    parts = [make_predictions(), make_predictions()]
    whole = join(parts, CONFIG)
    for row, expected in zip(
        whole.rows(), [row for part in parts for row in part.rows()], strict=True
    ):
        np.testing.assert_array_equal(row.classes, expected.classes)
        np.testing.assert_array_equal(row.ratings, expected.ratings)
    np.testing.assert_array_equal(whole.take([3]).classes, parts[1].classes[:1])


def test_no_rows_have_the_models_widths() -> None:
    empty = join([], CONFIG)
    assert empty.emotions is not None
    assert empty.ratings is not None
    assert (empty.classes.shape, empty.emotions.shape, empty.ratings.shape) == (
        (0, 6), (0, 2), (0, 1),
    )  # fmt: skip


def test_heads_are_those_of_the_configuration() -> None:
    assert heads_of(CONFIG) == HeadLabels(("joy", "fear"), ("arousal",))
    assert heads_of(ExHubertConfig()) == HeadLabels()
