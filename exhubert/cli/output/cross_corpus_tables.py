"""What a matrix prints: tables for a terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from exhubert.cli.output.evaluation_tables import explain_marks, score_cells
from training.evaluation.cross_corpus import CrossCorpusMatrix
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT
from training.evaluation.score_file import Evaluation
from training.evaluation.tables.cross_corpus import chance_range
from training.metrics.intervals import FEW_NOTE


def cross_corpus_tables(matrix: CrossCorpusMatrix) -> list[Table]:
    """UAR in per cent across corpora: one table where one is left out, else one a system."""
    if matrix.mode == LEAVE_ONE_OUT:
        return [_left_out_table(matrix)]
    tables = []
    for system, evaluations in matrix.systems.items():
        title = f"{system}: trained on ↓, tested on →, UAR in per cent"
        table = Table(title=title, title_justify="left", show_footer=True)
        table.add_column("", "chance", no_wrap=True)
        for corpus in matrix.corpora:
            table.add_column(corpus, _show_chance(evaluations, corpus), justify="right")
        for row, evaluation in zip(matrix.rows, evaluations, strict=True):
            found = [(corpus, evaluation.corpora.get(corpus)) for corpus in matrix.corpora]
            cells = [
                Text(f"{100 * scores.uar:.0f}", "bold" if corpus in row.train else "")
                if scores
                else ""
                for corpus, scores in found
            ]
            table.add_row(row.name, *cells)
        means = matrix.means[system]
        lines = [means.describe(), *([FEW_NOTE] if means.is_few else [])]
        table.caption, table.caption_justify = "\n".join(lines), "left"
        tables.append(table)
    return tables


def _show_chance(evaluations: Sequence[Evaluation], corpus: str) -> str:
    low, high = chance_range(evaluations, corpus)
    return f"{100 * low:.0f}" if low == high else f"{100 * low:.0f}–{100 * high:.0f}"


def _left_out_table(matrix: CrossCorpusMatrix) -> Table:
    title = f"left out of training, {matrix.split} utterances scored: UAR in per cent, 95 %"
    table = Table(title=title, title_justify="left", show_footer=True)
    some = next(iter(matrix.systems.values()))
    explain_marks(table, [one.overall for found in matrix.systems.values() for one in found])
    means = [one.across for one in matrix.means.values() if one.across]
    some_mean = means[0]
    table.add_column("left out", "mean", no_wrap=True)
    for heading, footer in (
        ("n", f"{some_mean.utterances:,}"),
        ("speakers", f"{some_mean.speakers:,}"),
        ("chance", f"{100 * some_mean.chance:.1f}"),
    ):
        table.add_column(heading, footer, justify="right", no_wrap=True)
    for system, mean in zip(matrix.systems, means, strict=True):
        table.add_column(system, f"{100 * mean.uar:.1f}", justify="right", no_wrap=True)
        table.add_column("95 %", mean.interval, justify="right", no_wrap=True)
    for number, row in enumerate(matrix.rows):
        cells = score_cells(some[number].overall)
        line = [row.name, cells["n"], cells["speakers"], cells["chance"]]
        for evaluations in matrix.systems.values():
            found = score_cells(evaluations[number].overall)
            line += [found["UAR"], found["95 %"]]
        table.add_row(*line)
    return table
