import pytest

from tests.training.evaluation.benchmark.test_pool import evaluation
from training.evaluation.benchmark.means import mean_difference, mean_figures

SPEAKERS = "ppqqrrss"
RIGHT, WRONG = ("abababab", "abababab"), ("abababab", "babababa")


def test_each_corpus_counts_the_same() -> None:
    large = evaluation("x", SPEAKERS * 5, RIGHT[0] * 5, RIGHT[1] * 5)
    small = evaluation("y", SPEAKERS, *WRONG)
    mean = mean_figures([large, small])
    assert mean.uar == mean.wa == 0.5
    assert (mean.utterances, mean.interval_speakers) == (48, 4)
    assert mean.uar_low == mean.uar_high == 0.5  # each corpus is certain by itself


def test_a_model_is_no_better_than_itself() -> None:
    corpora = [evaluation("x", SPEAKERS, "abababab", "abaaabba")]
    same = mean_difference(corpora, corpora)
    assert (same.uar, same.low, same.high, same.improvement) == (0, 0, 0, 0.5)


def test_a_better_model_is_ahead_in_each_draw() -> None:
    better, worse = evaluation("x", SPEAKERS, *RIGHT), evaluation("x", SPEAKERS, *WRONG)
    found = mean_difference([better], [worse])
    assert (found.uar, found.improvement) == (pytest.approx(1), 1)


def test_nothing_is_certain_where_no_draw_holds_every_class() -> None:
    lone = evaluation("x", "abcdefgh" * 3, "abcdefghijklmnopqrstuvwx",
                      "abcdefghijklmnopqrstuvwx", classes="abcdefghijklmnopqrstuvwx")  # fmt: skip
    mean = mean_figures([lone], draws=5)
    assert mean.uar_low <= mean.uar == 1
