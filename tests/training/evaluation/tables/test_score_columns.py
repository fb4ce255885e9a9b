from tests.support.made_up import make_evaluation
from training.evaluation.tables.paper_table import Interval
from training.evaluation.tables.score_columns import SCORE_COLUMNS, score_cells


def test_every_column_has_its_cell() -> None:
    scores = make_evaluation([0.5, 0.7]).overall
    cells = dict(
        zip([column.heading for column in SCORE_COLUMNS], score_cells(scores), strict=True)
    )
    assert (cells["UAR"], cells["WA"], cells["chance"]) == (scores.uar, scores.wa, scores.chance)
    assert isinstance(cells["95 %"], Interval)
