"""The table of a matrix, for papers."""

from collections.abc import Iterable

from training.evaluation.cross_corpus import CrossCorpusMatrix
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT
from training.evaluation.score_file import Evaluation
from training.evaluation.tables.paper_table import Cell, Column, PaperTable
from training.evaluation.tables.score_columns import SCORE_COLUMNS, score_cells
from training.metrics.intervals import FEW_NOTE


def cross_corpus_table(matrix: CrossCorpusMatrix) -> PaperTable:
    """Scores of each corpus that is left out; or UARs, trained on ↓ and tested on →."""
    if matrix.mode == LEAVE_ONE_OUT:
        return _left_out_table(matrix)
    return _train_test_table(matrix)


def _left_out_table(matrix: CrossCorpusMatrix) -> PaperTable:
    columns = [
        Column("left out"),
        Column("model"),
        *SCORE_COLUMNS,
    ]
    rows: list[list[Cell]] = [
        [row.name, system, *score_cells(evaluations[number].overall)]
        for number, row in enumerate(matrix.rows)
        for system, evaluations in matrix.systems.items()
    ]
    for system, means in matrix.means.items():
        if means.across:
            rows.append(["mean", system, *score_cells(means.across)])
    what = "whole corpora" if matrix.split == "all" else f"{matrix.split} splits"
    table = PaperTable(
        f"Leave one corpus out, {what} scored, in per cent",
        columns,
        rows,
        ["95 %: over 1,000 draws of speakers"],
    )
    return table.without_empty_columns().with_mark_explained()


def _train_test_table(matrix: CrossCorpusMatrix) -> PaperTable:
    columns = [
        Column("model"),
        Column("trained on"),
        *(Column(corpus, "percent") for corpus in matrix.corpora),
    ]
    rows: list[list[Cell]] = [
        [
            system,
            row.name,
            *(
                evaluation.corpora[corpus].uar if corpus in evaluation.corpora else None
                for corpus in matrix.corpora
            ),
        ]
        for system, evaluations in matrix.systems.items()
        for row, evaluation in zip(matrix.rows, evaluations, strict=True)
    ]
    scored = [evaluation for found in matrix.systems.values() for evaluation in found]
    rows.append(["chance", "", *(_chance_cell(scored, corpus) for corpus in matrix.corpora)])
    notes = [f"{system}: {means.describe()}" for system, means in matrix.means.items()]
    if any(means.is_few for means in matrix.means.values()):
        notes.append(FEW_NOTE)
    return PaperTable(
        "UAR in per cent, trained on one corpus and tested on each",
        columns,
        rows,
        notes,
    )


def _chance_cell(evaluations: Iterable[Evaluation], corpus: str) -> Cell:
    low, high = chance_range(evaluations, corpus)
    return low if low == high else f"{100 * low:.1f}–{100 * high:.1f}"


def chance_range(evaluations: Iterable[Evaluation], corpus: str) -> tuple[float, float]:
    """Chance on a corpus, in [0, 1]: the lowest and the highest there are.

    They differ where one model learnt fewer classes than another, whose clips it is not scored on.
    """
    scores = (evaluation.corpora.get(corpus) for evaluation in evaluations)
    chances = [one.chance for one in scores if one]
    return min(chances), max(chances)
