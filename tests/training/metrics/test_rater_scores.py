import numpy as np
import pytest

from training.metrics.rater_scores import score_raters


def test_each_class_counts_the_same() -> None:
    reference = np.array([0, 0, 0, 1])
    shares = np.array([[1, 0], [1, 0], [1, 0], [0.5, 0.5]])
    found = score_raters(reference, shares)
    assert (found.utterances, found.uar, found.wa) == (4, 0.75, 0.875)


def test_votes_for_what_is_no_class_agree_with_none() -> None:
    assert score_raters(np.array([0, 2]), np.array([[0.2, 0, 0], [0, 0, 0.4]])).uar == (
        pytest.approx(0.3)
    )


def test_nobody_agrees_about_nothing() -> None:
    with pytest.raises(ValueError, match="no utterances"):
        score_raters(np.array([], dtype=int), np.empty((0, 2)))
