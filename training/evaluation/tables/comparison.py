"""The table of a comparison, for papers: every score file, and the first against each other."""

from collections.abc import Mapping, Sequence

from training.evaluation.compare import Comparison
from training.evaluation.score_file import Evaluation
from training.evaluation.tables.paper_table import Cell, Column, Interval, PaperTable
from training.evaluation.tables.score_columns import SCORE_COLUMNS, score_cells


def comparison_table(
    evaluations: Mapping[str, Evaluation], comparisons: Sequence[Comparison]
) -> PaperTable:
    """One row a score file.

    Args:
        evaluations: By name, all of the same utterances.
        comparisons: Of the first with each of the others.
    """
    first, *_ = evaluations
    columns = [
        Column("model"),
        Column("not trained on"),
        *SCORE_COLUMNS,
        Column(f"{first} minus it", "points"),
        Column("95 % of it", interval=True),
    ]
    against = {comparison.second: comparison for comparison in comparisons}
    rows = [_row(name, one, against.get(name)) for name, one in evaluations.items()]
    notes = ["95 %: over 1,000 draws of speakers, the same for both of a pair"]
    title = "Scores in per cent, differences in points"
    table = PaperTable(title, columns, rows, notes)
    return table.without_empty_columns().with_mark_explained()


def _row(name: str, evaluation: Evaluation, comparison: Comparison | None) -> list[Cell]:
    difference = comparison.overall if comparison else None
    return [
        name,
        ", ".join(evaluation.not_trained_on or ()) or None,
        *score_cells(evaluation.overall),
        difference.uar if difference else None,
        Interval.of_difference(difference) if difference else None,
    ]
