"""The columns that every table of scores has, for papers."""

from training.evaluation.tables.paper_table import Cell, Column, Interval
from training.metrics.scores import Figures, Scores

SCORE_COLUMNS = (
    Column("n", "count"),
    Column("speakers", "count"),
    Column("UAR", "percent"),
    Column("95 %", interval=True),
    Column("± sd", "percent"),
    Column("WA", "percent"),
    Column("macro-F1", "percent"),
    Column("chance", "percent"),
)
"""From the number of utterances to chance."""


def score_cells(scores: Figures) -> list[Cell]:
    """A cell for each of :data:`SCORE_COLUMNS`."""
    return [
        scores.utterances,
        scores.speakers,
        scores.uar,
        Interval.of(scores),
        scores.uar_sd if isinstance(scores, Scores) else None,
        scores.wa,
        scores.macro_f1,
        scores.chance,
    ]
