"""The table of a comparison, for papers: every score file, and the first against each other."""

from collections.abc import Mapping, Sequence

from training.evaluation.compare import Comparison
from training.evaluation.score_file import Evaluation
from training.evaluation.tables.paper_table import Cell, Column, Interval, PaperTable


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
        Column("n", "count"),
        Column("speakers", "count"),
        Column("UAR", "percent"),
        Column("95 %", interval=True),
        Column("± sd", "percent"),
        Column("WA", "percent"),
        Column("macro-F1", "percent"),
        Column("chance", "percent"),
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
    scores = evaluation.overall
    difference = comparison.overall if comparison else None
    return [
        name,
        ", ".join(evaluation.foreign_corpora or ()) or None,
        scores.utterances,
        scores.speakers,
        scores.uar,
        Interval.of(scores),
        scores.uar_sd,
        scores.wa,
        scores.macro_f1,
        scores.chance,
        difference.uar if difference else None,
        Interval.of_difference(difference) if difference else None,
    ]
