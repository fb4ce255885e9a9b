"""Draws of speakers: what is drawn together is drawn as it would be one by one."""

import numpy as np
import pytest

from training.metrics.bootstrap import confusions_by_speaker, resample_speakers


def test_many_speakers_of_equal_counts_are_drawn_as_if_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    reference, predicted = rng.integers(0, 3, 1_500), rng.integers(0, 3, 1_500)
    matrices = confusions_by_speaker(reference, predicted, [None] * 1_500, 3)
    merged = resample_speakers(matrices, draws=4_000)
    monkeypatch.setattr("training.metrics.bootstrap.MANY", len(matrices))
    single = resample_speakers(matrices, draws=4_000)
    assert set(merged.sum(axis=(1, 2))) == set(single.sum(axis=(1, 2))) == {1_500}
    assert np.allclose(merged.mean(axis=0), single.mean(axis=0), rtol=0.02)
    assert np.allclose(merged.std(axis=0), single.std(axis=0), rtol=0.1)
