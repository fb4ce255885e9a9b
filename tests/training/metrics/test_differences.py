"""The difference of two UARs under the same draws of speakers."""

import numpy as np

from training.metrics.bootstrap import confusions_by_speaker
from training.metrics.differences import uar_difference


def test_of_the_same_answers_there_is_no_difference() -> None:
    rng = np.random.default_rng(0)
    reference = rng.integers(0, 3, 90)
    speakers = [f"s{number % 9}" for number in range(90)]
    matrices = confusions_by_speaker(reference, rng.integers(0, 3, 90), speakers, 3)
    found = uar_difference(np.stack([matrices, matrices], axis=1), 9)
    assert (found.uar, found.low, found.high, found.improvement) == (0, 0, 0, 0.5)
    assert found.interval == "–*"


def test_speakers_too_few_to_hold_every_class_say_nothing() -> None:
    reference = np.arange(40)  # each speaker utters a class that no other does
    matrices = confusions_by_speaker(reference, reference, [f"s{n}" for n in range(40)], 40)
    found = uar_difference(np.stack([matrices, matrices], axis=1), 40)
    assert (found.low, found.high) == (-1, 1)
