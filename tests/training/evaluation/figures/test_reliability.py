import numpy as np

from training.evaluation.figures.reliability import reliability_figure
from training.metrics.calibration import calibrate


def test_every_bin_with_answers_has_a_point_and_a_bar() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4]])
    upper, lower = reliability_figure(calibrate(probabilities, np.array([0, 1, 0]))).axes
    (points,) = [one for one in upper.collections if len(one.get_offsets()) == 2]
    assert np.allclose(points.get_offsets(), [[60, 100], [90, 50]])  # type: ignore[arg-type]
    assert [bar.get_height() for bar in lower.patches] == [1, 2]  # type: ignore[attr-defined]
    assert "ECE" in upper.texts[0].get_text()
