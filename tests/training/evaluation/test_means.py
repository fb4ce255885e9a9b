import numpy as np
import pytest

from tests.support.made_up import evaluation
from training.evaluation.means import mean_difference, mean_figures
from training.evaluation.score_file import Evaluation

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


def complements(clips: int, known: bool) -> tuple[Evaluation, Evaluation]:
    """Two evaluations of one corpus, of which each is right where the other is wrong."""
    rng = np.random.default_rng(0)
    truth = "".join(rng.choice(["a", "b"], clips))
    guess = "".join(rng.choice(["a", "b"], clips))
    other = "".join("a" if one == "b" else "b" for one in guess)
    one, two = (evaluation("x", "p" * clips, truth, said) for said in (guess, other))
    for found in (one, two):
        names = [f"s{clip % 30}" if known else None for clip in range(clips)]
        found.predictions.utterances["speaker"] = names
    return one, two


@pytest.mark.parametrize(("clips", "known"), [(300, True), (300, False), (1_500, False)])
def test_evaluations_of_one_corpus_share_its_draws(clips: int, known: bool) -> None:
    mean = mean_figures(complements(clips, known))
    assert mean.uar_low == pytest.approx(0.5)  # in every draw what one loses the other gains
    assert mean.uar_high == pytest.approx(0.5)
    assert mean.utterances == clips


def test_clips_and_speakers_of_several_pairs_count_once() -> None:
    whole, part = (
        evaluation("x", SPEAKERS, *WRONG),
        evaluation("x", SPEAKERS[:6], "ababab", "abbaab"),
    )
    other = evaluation("y", "qrst", "abab", "abab")  # two actors of another corpus
    mean = mean_figures([whole, part, other])
    assert (mean.utterances, mean.speakers) == (12, 5)


def test_actors_of_two_corpora_are_drawn_once() -> None:
    one, two = complements(300, known=True)
    two.predictions.utterances["id"] = "y/" + two.predictions.utterances["id"]
    two.predictions.utterances["corpus"] = "y"
    mean = mean_figures([one, two])
    assert mean.uar_low == pytest.approx(mean.uar_high) == pytest.approx(0.5)
    assert (mean.utterances, mean.speakers) == (600, 30)
