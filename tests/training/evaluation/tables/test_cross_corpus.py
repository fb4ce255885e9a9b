from tests.support.matrices import gapped, matrix
from training.evaluation.tables.cross_corpus import cross_corpus_table
from training.evaluation.tables.paper_table import Interval


def test_every_corpus_left_out_and_the_mean_of_every_model() -> None:
    found = matrix("leave-one-corpus-out")
    table = cross_corpus_table(found)
    assert [row[:2] for row in table.rows] == [
        [name, system] for name in ("alpha", "beta", "mean") for system in ("good", "bad")
    ]
    uar = [column.heading for column in table.columns].index("UAR")
    mean = table.rows[4]
    assert mean[2:4] == [864, 24]  # the same speakers in both corpora
    assert isinstance(mean[uar + 1], Interval)
    assert table.rows[4][uar] == (table.rows[0][uar] + table.rows[2][uar]) / 2  # type: ignore[operator]


def test_trained_on_one_and_tested_on_each() -> None:
    found = matrix("train-on-a-test-on-b")
    table = cross_corpus_table(found)
    assert [column.heading for column in table.columns] == ["model", "trained on", "alpha", "beta"]
    assert [row[:2] for row in table.rows] == [
        *([system, name] for system in ("good", "bad") for name in ("alpha", "beta")),
        ["chance", ""],
    ]
    assert table.rows[1][2] == found.systems["good"][1].corpora["alpha"].uar
    assert table.shown[-1][2:] == ["16.7", "16.7"]


def test_chance_is_a_range_where_models_are_scored_in_other_classes() -> None:
    table = cross_corpus_table(gapped())
    assert table.rows[0][2:] == [None, 1.0]
    assert table.shown[-1][2:] == ["16.7", "16.7–50.0"]
