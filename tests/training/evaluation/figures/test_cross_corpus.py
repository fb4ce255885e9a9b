from tests.support.matrices import matrix
from training.evaluation.figures.cross_corpus import matrix_figures


def test_corpora_left_out_are_rows_and_systems_columns() -> None:
    figures = matrix_figures(matrix("leave-one-corpus-out"))
    assert list(figures) == ["heat-map", "forest"]
    axes = figures["heat-map"].axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["good", "bad"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["alpha", "beta"]


def test_a_heat_map_a_system_where_each_is_tested_on_each() -> None:
    found = matrix("train-on-a-test-on-b")
    figures = matrix_figures(found)
    assert list(figures) == ["good", "bad"]
    axes = figures["bad"].axes[0]
    uar = found.systems["bad"][1].corpora["alpha"].uar
    assert axes.texts[2].get_text() == f"{100 * uar:.0f}"
    assert len(axes.patches) == 2  # frames of the diagonal
