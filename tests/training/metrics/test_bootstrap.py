"""Draws of speakers: what is drawn together is drawn as it would be one by one."""

import numpy as np
import pytest

from training.metrics.bootstrap import (
    confusions_by_speaker,
    resample_speakers,
    resample_together,
)


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


def test_many_speakers_who_all_differ_are_drawn_as_if_by_their_shares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    matrices = rng.integers(0, 50, (1_200, 2, 2))
    one_by_one = resample_speakers(matrices, draws=2_000)
    monkeypatch.setattr("training.metrics.bootstrap.MANY", len(matrices))
    by_shares = resample_speakers(matrices, draws=2_000)
    assert np.allclose(one_by_one.mean(axis=0), by_shares.mean(axis=0), rtol=0.01)
    assert np.allclose(one_by_one.std(axis=0), by_shares.std(axis=0), rtol=0.1)


@pytest.mark.parametrize("speakers", [40, 4_000])
@pytest.mark.parametrize("alike", [True, False])
def test_tables_of_the_same_speakers_share_the_draws(speakers: int, alike: bool) -> None:
    rng = np.random.default_rng(0)
    shape = (speakers, 2, 2)
    whole = np.ones(shape, int) if alike else rng.integers(1, 90, shape)
    parts = rng.integers(0, 2, shape) * whole
    one, other, both = resample_together([parts, whole - parts, whole], draws=100)
    assert np.array_equal(one + other, both)
    assert len(both) == 100


def test_a_speaker_whom_a_table_lacks_is_drawn_for_the_others() -> None:
    whole = np.ones((20, 2, 2), int)
    without = whole.copy()
    without[0] = 0
    drawn, lacking = resample_together([whole, without], draws=500)
    often = (drawn - lacking)[:, 0, 0]
    assert set(drawn[:, 0, 0]) == {20}
    assert often.min() == 0
    assert often.mean() == pytest.approx(1, abs=0.1)


def test_a_draw_that_lacks_a_class_in_one_table_is_left_out_of_all() -> None:
    frequent = np.full((10, 2, 2), 5)
    rare = np.zeros((10, 2, 2), int)
    rare[:, 0, 0] = 1
    rare[0, 1, 1] = 1  # one speaker alone has the class
    drawn, other = resample_together([rare, frequent], draws=200)
    assert len(drawn) == len(other) == 200
    assert drawn[:, 1, 1].min() == 1
