import pytest

from tests.support.made_up import evaluation
from training.evaluation.benchmark.pool import pool_corpora
from training.evaluation.cross_corpus_means import MatrixMeans, matrix_means
from training.evaluation.cross_corpus_rows import Row

ALPHA = evaluation("alpha", "ppqq", "abab", "abab")
BETA = evaluation("beta", "rrsstt", "ababab", "abbaab")


def row(name: str, *tested: str) -> Row:
    return Row(name, (name,), tested, (), (), 0)


def test_cells_within_a_corpus_and_across_are_apart() -> None:
    both = pool_corpora([ALPHA, BETA])
    rows = [row("alpha", "alpha", "beta"), row("beta", "alpha", "beta")]
    means = matrix_means(rows, [both, both])
    for one in (means.within, means.across):
        assert one is not None
        assert one.uar == pytest.approx((1 + 2 / 3) / 2)
        assert (one.utterances, one.speakers, one.interval_speakers) == (10, 5, 2)
        assert one.uar_low < one.uar < one.uar_high
    assert means.is_few
    assert means.describe().startswith("mean UAR (95 %) of the diagonal 83.3 (50–100*), of all")


def test_no_mean_of_no_cells() -> None:
    means = matrix_means([Row("alpha", ("beta",), ("alpha",), (), (), 0)], [ALPHA])
    assert means.within is None
    assert means.across is not None
    assert means.across.uar == 1
    assert not MatrixMeans(None, None).is_few
