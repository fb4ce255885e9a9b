"""What a matrix prints: tables for a terminal."""

import numpy as np
from rich.table import Table
from rich.text import Text

from exhubert.cli.output.evaluation_tables import explain_marks, score_cells
from training.evaluation.cross_corpus import CrossCorpusMatrix


def cross_corpus_tables(matrix: CrossCorpusMatrix) -> list[Table]:
    """UAR in per cent across corpora: one table where one is left out, else one a system."""
    if matrix.mode == "leave-one-corpus-out":
        return [_left_out_table(matrix)]
    tables = []
    for system, evaluations in matrix.systems.items():
        title = f"{system}: trained on ↓, tested on →, UAR in per cent"
        table = Table(title=title, title_justify="left", show_footer=True)
        first = next(iter(evaluations))
        table.add_column("", "chance", no_wrap=True)
        for corpus in matrix.corpora:
            chance = f"{100 * first.corpora[corpus].chance:.0f}"
            table.add_column(corpus, chance, justify="right")
        for row, evaluation in zip(matrix.rows, evaluations, strict=True):
            cells = [
                Text(f"{100 * scores.uar:.0f}", "bold" if corpus in row.train else "")
                for corpus, scores in evaluation.corpora.items()
            ]
            table.add_row(row.name, *cells)
        tables.append(table)
    return tables


def _left_out_table(matrix: CrossCorpusMatrix) -> Table:
    title = f"left out of training, {matrix.split} utterances scored: UAR in per cent, 95 %"
    table = Table(title=title, title_justify="left", show_footer=True)
    some = next(iter(matrix.systems.values()))
    explain_marks(table, [evaluation.overall for evaluation in some])
    for heading, footer in (("left out", "mean"), ("n", ""), ("speakers", "")):
        table.add_column(heading, footer, justify="left" if footer else "right", no_wrap=True)
    chances = [evaluation.overall.chance for evaluation in some]
    table.add_column("chance", f"{100 * np.mean(chances):.1f}", justify="right")
    for system, evaluations in matrix.systems.items():
        mean = np.mean([evaluation.overall.uar for evaluation in evaluations])
        table.add_column(system, f"{100 * mean:.1f}", justify="right", no_wrap=True)
        table.add_column("95 %", justify="right", no_wrap=True)
    for number, row in enumerate(matrix.rows):
        cells = score_cells(some[number].overall)
        line = [row.name, cells["n"], cells["speakers"], cells["chance"]]
        for evaluations in matrix.systems.values():
            found = score_cells(evaluations[number].overall)
            line += [found["UAR"], found["95 %"]]
        table.add_row(*line)
    return table
