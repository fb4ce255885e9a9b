import random
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from training.metrics import bootstrap as resampling
from training.metrics.bootstrap import confusions_by_speaker, resample_speakers
from training.metrics.scores import ccc, score, uar_interval, uar_of

answers = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["a", "b", "c", None])),
    min_size=1,
    max_size=60,
)
series = st.lists(st.floats(-5, 5, width=32), min_size=2, max_size=30)


def split(rows: list[tuple[int, int, str | None]]) -> tuple[np.ndarray, np.ndarray, list]:
    reference, predicted, speakers = zip(*rows, strict=True)
    return np.array(reference), np.array(predicted), list(speakers)


@settings(deadline=None, max_examples=60)
@given(answers)
@pytest.mark.filterwarnings("ignore:y_pred contains classes", "ignore:A single label was found")
def test_scores_equal_those_of_scikit_learn(rows: list) -> None:
    reference, predicted, speakers = split(rows)
    scores = score(reference, predicted, speakers, classes=6, draws=20)
    present = sorted(set(reference.tolist()))
    assert scores.uar == pytest.approx(balanced_accuracy_score(reference, predicted))
    assert scores.wa == pytest.approx(accuracy_score(reference, predicted))
    assert scores.macro_f1 == pytest.approx(
        f1_score(reference, predicted, labels=present, average="macro", zero_division=0)
    )
    assert scores.chance == pytest.approx(1 / len(present))
    assert uar_of(reference, predicted) == pytest.approx(scores.uar)
    assert np.sum(scores.confusion) == scores.utterances == len(rows)


@settings(deadline=None, max_examples=40)
@given(answers)
def test_interval_is_the_same_every_time_and_within_bounds(rows: list) -> None:
    reference, predicted, speakers = split(rows)
    by_speaker = confusions_by_speaker(reference, predicted, speakers, 6)
    first = uar_interval(by_speaker, draws=50)
    assert first == uar_interval(by_speaker, draws=50)
    assert 0 <= first[0] <= first[1] <= 1


def test_always_answering_the_majority_class_scores_chance() -> None:
    reference = np.array([0] * 80 + [3] * 15 + [5] * 5)
    scores = score(reference, np.zeros(100, int), [None] * 100, classes=6, draws=20)
    assert scores.wa == pytest.approx(0.8)
    assert scores.uar == pytest.approx(scores.chance) == pytest.approx(1 / 3)


def test_interval_is_wider_when_clips_of_a_speaker_rise_and_fall_together() -> None:
    reference = np.tile([0, 1], 100)
    right = np.repeat(np.arange(10) % 2 == 0, 20)  # all clips of every second speaker are right
    predicted = np.where(right, reference, 1 - reference)
    speakers = [f"s{number // 20}" for number in range(200)]
    low, high = uar_interval(confusions_by_speaker(reference, predicted, speakers, 2))
    alone = confusions_by_speaker(reference, predicted, [None] * 200, 2)
    alone_low, alone_high = uar_interval(alone)
    assert high - low > 2 * (alone_high - alone_low)


def test_draws_are_the_same_however_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    by_speaker = rng.integers(0, 3, (30, 2, 4, 4))
    together = resample_speakers(by_speaker, draws=100)
    monkeypatch.setattr(resampling, "AT_ONCE", 7 * 30)
    np.testing.assert_array_equal(resample_speakers(by_speaker, draws=100), together)
    assert together.shape == (100, 2, 4, 4)


def test_memory_of_draws_does_not_grow_with_their_number() -> None:
    by_speaker = np.eye(6, dtype=np.int64)[None].repeat(20_000, axis=0)
    tracemalloc.start()
    resample_speakers(by_speaker, draws=1000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6  # all draws at once are 160 MB


def test_draws_without_the_hardest_class_do_not_lift_the_interval() -> None:
    reference = np.array([0, 1] * 10 + [2])  # one speaker alone has class 2, always mistaken
    predicted = np.array([0, 1] * 10 + [0])
    speakers = [f"s{n // 2}" for n in range(21)]
    low, high = uar_interval(confusions_by_speaker(reference, predicted, speakers, 3))
    assert low == high == pytest.approx(2 / 3)


@settings(deadline=None, max_examples=30)
@given(answers, st.randoms(use_true_random=False))
def test_scores_of_several_runs_are_the_means_of_each(rows: list, random: random.Random) -> None:
    reference, predicted, speakers = split(rows)
    other = np.array([random.randrange(6) for _ in rows])
    both = score(reference, np.stack([predicted, other]), speakers, classes=6, draws=20)
    alone = [score(reference, run, speakers, 6, draws=20) for run in (predicted, other)]
    for name in ("uar", "wa", "macro_f1"):
        mean = np.mean([getattr(scores, name) for scores in alone])
        assert getattr(both, name) == pytest.approx(mean)
    assert both.uar_runs == pytest.approx([scores.uar for scores in alone])
    assert both.uar_sd == pytest.approx(np.std(both.uar_runs, ddof=1))
    assert both.utterances == len(rows)
    assert alone[0].uar_sd is None


def test_unknown_speakers_count_one_by_one_and_not_as_a_speaker() -> None:
    reference = np.array([0, 1, 0, 1])
    scores = score(reference, reference, ["a", "a", None, None], classes=2, draws=20)
    assert scores.speakers == 1
    assert scores.utterances == 4


def test_nothing_to_score_and_unequal_lengths_are_refused() -> None:
    empty = np.array([], dtype=int)
    with pytest.raises(ValueError, match="no utterances"):
        score(empty, empty, [], classes=6)
    with pytest.raises(ValueError, match="2 references, 1 predictions"):
        score(np.array([0, 1]), np.array([0]), [None, None], classes=6)


@settings(deadline=None)
@given(series)
def test_ccc_of_a_series_with_itself_is_one(values: list[float]) -> None:
    assert ccc(np.array(values), np.array(values)) == pytest.approx(1)


@settings(deadline=None)
@given(series, st.floats(-1, 1))
def test_ccc_is_symmetric_and_never_beyond_pearson(values: list[float], slope: float) -> None:
    first = np.array(values)
    second = slope * first[::-1] + 0.3
    assert ccc(first, second) == pytest.approx(ccc(second, first), abs=1e-9)
    assert -1 - 1e-9 <= ccc(first, second) <= 1 + 1e-9


def test_ccc_punishes_a_shift_that_correlation_forgives() -> None:
    # Lin 1989: bias lowers concordance; means 2 and 3, variances 2/3, covariance 2/3.
    assert ccc(np.array([1.0, 2, 3]), np.array([2.0, 3, 4])) == pytest.approx(4 / 7)
