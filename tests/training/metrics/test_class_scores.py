"""Recall, precision and F1 of each class."""

import numpy as np
import pytest

from training.metrics.class_scores import score_classes


def test_each_class_that_occurs_is_scored() -> None:
    reference = np.array([0, 0, 0, 0, 1, 1, 3])
    predicted = np.array([0, 0, 0, 1, 1, 1, 2])
    speakers = ["a", "a", "b", "b", "a", "b", "b"]
    found = score_classes(reference, predicted, speakers, ["joy", "anger", "fear", "calm"])
    assert list(found) == ["joy", "anger", "calm"]
    assert found["joy"].recall == 0.75
    assert found["joy"].precision == 1
    assert found["anger"].precision == pytest.approx(2 / 3)
    assert found["anger"].f1 == pytest.approx(0.8)
    assert (found["calm"].recall, found["calm"].precision, found["calm"].f1) == (0, None, 0)
    assert found["joy"].low <= 0.75 <= found["joy"].high
    assert (found["joy"].interval_speakers, found["calm"].interval_speakers) == (2, 1)
    assert found["calm"].interval == "–*"


def test_recall_of_several_models_is_over_all_their_answers() -> None:
    reference = np.array([0, 0, 1, 1])
    found = score_classes(reference, np.array([[0, 0, 1, 1], [1, 1, 1, 1]]), [None] * 4, ["a", "b"])
    assert found["a"].recall == 0.5
    assert found["a"].utterances == 2
