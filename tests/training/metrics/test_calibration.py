import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.metrics.calibration import calibrate


def binary(confidences: list[float], right: list[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Answers "class 0" with these confidences, right or wrong."""
    confidence = np.array(confidences)
    return np.stack([confidence, 1 - confidence], axis=1), np.where(right, 0, 1)


def test_error_is_the_gap_between_confidence_and_accuracy() -> None:
    probabilities, reference = binary([0.9] * 10, [True] * 6 + [False] * 4)
    result = calibrate(probabilities, reference)
    assert result.ece == pytest.approx(0.3)
    assert (result.confidence, result.accuracy) == (pytest.approx(0.9), pytest.approx(0.6))


def test_error_weights_bins_by_their_answers() -> None:
    # 8 answers 0.1 too sure, 2 answers 0.4 too unsure: 0.8 · 0.1 + 0.2 · 0.4
    probabilities, reference = binary([0.85] * 8 + [0.6] * 2, [True] * 6 + [False] * 2 + [True] * 2)
    assert calibrate(probabilities, reference).ece == pytest.approx(0.8 * 0.1 + 0.2 * 0.4)


def test_a_model_that_is_as_sure_as_it_is_right_has_no_error() -> None:
    probabilities, reference = binary([0.75] * 8, [True] * 6 + [False] * 2)
    assert calibrate(probabilities, reference).ece == pytest.approx(0)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), st.integers(0, 2)),
        min_size=1,
        max_size=40,
    )
)
def test_bins_hold_every_answer_within_their_bounds(rows: list) -> None:
    weights = np.array([weights for weights, _ in rows])
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    result = calibrate(probabilities, np.array([label for _, label in rows]))
    assert len(result.bins) == 15
    assert sum(part.answers for part in result.bins) == len(rows)
    for part in result.bins:
        if part.confidence is not None:
            assert part.low - 1e-9 <= part.confidence <= part.high + 1e-9
    assert 0 <= result.ece <= 1
    assert abs(result.confidence - result.accuracy) <= result.ece + 1e-9


def test_error_of_runs_is_the_mean_of_each_and_does_not_cancel_out() -> None:
    sure, reference = binary([0.9] * 10, [True] * 8 + [False] * 2)  # 0.1 too sure
    unsure, _ = binary([0.92] * 10, [True] * 10)
    both = calibrate(np.stack([sure, unsure]), reference)
    alone = [calibrate(run, reference).ece for run in (sure, unsure)]
    assert both.ece == pytest.approx(np.mean(alone))
    assert sum(part.answers for part in both.bins) == 20
