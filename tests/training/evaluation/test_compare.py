from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from tests.support.made_up import make_evaluation, make_utterances
from training.evaluation.compare import common_utterances, compare, mcnemar
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.score_file import Evaluation, score_predictions
from training.model.provenance import TrainingSpeakers

NAMES = ("one", "other")


def test_a_model_against_itself_is_no_better() -> None:
    evaluation = make_evaluation()
    result = compare(evaluation, evaluation, NAMES)
    assert (result.overall.uar, result.overall.low, result.overall.high) == (0, 0, 0)
    assert result.overall.improvement == 0.5
    assert [test.p for test in result.mcnemar] == [1.0]


def test_a_much_better_model_is_ahead_and_the_other_way_round_behind() -> None:
    good, bad = make_evaluation([0.9]), make_evaluation([0.2], seed=5)
    ahead, behind = compare(good, bad, NAMES), compare(bad, good, NAMES)
    assert ahead.overall.uar == pytest.approx(good.overall.uar - bad.overall.uar)
    assert ahead.overall.low > 0
    assert ahead.overall.improvement == 1
    assert ahead.mcnemar[0].p < 0.001
    assert behind.overall.uar == pytest.approx(-ahead.overall.uar)
    assert behind.overall.low == pytest.approx(-ahead.overall.high)
    assert set(ahead.corpora) == {"alpha", "beta"}


def test_pairing_makes_the_interval_narrower_than_those_of_the_models() -> None:
    # Both find the same speakers hard; one is a little better on each of them.
    utterances = make_utterances(speakers=12, per_class=6)
    labels = utterances["label"].to_numpy()
    hard = utterances["speaker"].isin([f"s{n}" for n in range(6)]).to_numpy()
    rng = np.random.default_rng(0)
    base = rng.random(len(labels)) < np.where(hard, 0.2, 0.9)
    better = base | (rng.random(len(labels)) < 0.1)

    def answering(right: np.ndarray) -> Evaluation:
        said = np.where(right, labels, (labels + 1) % 6)[None]
        answers = PredictionTable(["m"], utterances, said, None)
        return score_predictions(answers, "dataset", "test", list(CLASSES), TrainingSpeakers())

    result = compare(answering(better), answering(base), NAMES).overall
    assert 0 < result.low <= result.uar <= result.high
    assert result.high - result.low < 0.2


def test_order_of_utterances_changes_nothing() -> None:
    utterances = make_utterances()
    first = make_evaluation([0.7], utterances)
    shuffled = utterances.sample(frac=1, random_state=1)
    second = make_evaluation([0.7], shuffled.reset_index(drop=True), seed=3)
    back = compare(second, first, NAMES).overall.uar
    assert compare(first, second, NAMES).overall.uar == pytest.approx(-back)
    assert back == pytest.approx(second.overall.uar - first.overall.uar)


def test_several_models_are_compared_by_their_mean_and_tested_one_by_one() -> None:
    three, one = make_evaluation([0.5, 0.6, 0.7]), make_evaluation([0.4], seed=9)
    result = compare(three, one, NAMES)
    assert result.overall.uar == pytest.approx(three.overall.uar - one.overall.uar)
    assert [test.first for test in result.mcnemar] == ["models/m0", "models/m1", "models/m2"]


@pytest.mark.parametrize(("only_a", "only_b"), [(8, 2), (2, 8), (5, 5), (0, 1), (30, 12)])
def test_mcnemar_is_the_exact_binomial_test(only_a: int, only_b: int) -> None:
    right_a = np.array([True] * only_a + [False] * only_b + [True] * 50)
    right_b = np.array([False] * only_a + [True] * only_b + [True] * 50)
    n = only_a + only_b
    expected = min(1.0, 2 * binom.cdf(min(only_a, only_b), n, 0.5))
    test = mcnemar(right_a, right_b, NAMES)
    assert (test.only_first, test.only_second) == (only_a, only_b)
    assert test.p == pytest.approx(expected)


def test_other_utterances_are_refused() -> None:
    few = make_evaluation(utterances=make_utterances(speakers=7))
    with pytest.raises(UsageError, match=r"one scores 144 utterances, other 126; 18 .* 'beta/7_"):
        compare(make_evaluation(), few, NAMES)


@pytest.mark.parametrize("column", ["label", "speaker"])
def test_changed_labels_and_speakers_are_refused(column: str) -> None:
    utterances = make_utterances()
    utterances.loc[3, column] = 5 if column == "label" else None
    with pytest.raises(UsageError, match=f"has the {column} .* dataset was changed"):
        compare(make_evaluation(), make_evaluation(utterances=utterances), NAMES)


def test_unknown_speakers_on_both_sides_are_equal() -> None:
    utterances = make_utterances()
    utterances["speaker"] = None
    result = compare(
        make_evaluation([0.9], utterances), make_evaluation([0.2], utterances, seed=4), NAMES
    )
    assert result.overall.low > 0


def test_only_what_all_have_is_scored_when_asked() -> None:
    utterances = make_utterances(speakers=12)
    whole = replace(make_evaluation([0.7], utterances), not_trained_on=["beta"])
    alpha = utterances[utterances["corpus"] == "alpha"].sample(frac=1, random_state=0)
    part = make_evaluation([0.7], alpha.reset_index(drop=True), seed=1)
    found = common_utterances({"whole": whole, "part": part})
    assert found["whole"].overall.utterances == len(alpha)
    assert found["whole"].overall.uar == pytest.approx(whole.corpora["alpha"].uar)
    assert found["whole"].not_trained_on == []  # what is not scored is not named
    assert "216" in found["whole"].notes[-1]
    assert compare(found["whole"], found["part"], NAMES).overall.interval_speakers == 6


def test_evaluations_that_share_nothing_are_refused() -> None:
    one, other = (
        make_evaluation([0.5], make_utterances(corpora=(name,))) for name in ("alpha", "beta")
    )
    with pytest.raises(UsageError, match="no utterance that all have"):
        common_utterances({"one": one, "other": other})
