"""The figures of a matrix: heat maps, and a forest plot where corpora are left out."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline.common.untrusted_text import printable
from training.evaluation.cross_corpus import CrossCorpusMatrix
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT
from training.evaluation.figures.forest import Estimate, ForestRow, forest_plot
from training.evaluation.figures.grid import draw_grid
from training.evaluation.figures.style import INK, PAGE, paper_style
from training.metrics.intervals import FEW_NOTE, is_few
from training.metrics.scores import Scores

_CELL, _SIDES = 0.36, 1.9  # inches: a cell where there is room, and all that stands beside them
_HIGHEST = 8.0  # inches: as many rows as fit on a page
_BAR = 1.3  # inches of height from which on there is room for the key of shades

Cells = Sequence[Sequence[Scores | None]]


def matrix_figures(matrix: CrossCorpusMatrix) -> dict[str, Figure]:
    """By name: a heat map and a forest plot where corpora are left out, else a heat map a system.

    How dark a cell is says how far its UAR is on the way from chance (white) to perfect; ``*``
    marks those of fewer than ten speakers. Corpora that were trained on are framed.
    """
    if matrix.mode == LEAVE_ONE_OUT:
        return {"heat-map": _left_out_map(matrix), "forest": _forest(matrix)}
    return {system: _train_test_map(matrix, system) for system in matrix.systems}


def _left_out_map(matrix: CrossCorpusMatrix) -> Figure:
    """A row a corpus, a column a system."""
    cells = [
        [evaluations[number].overall for evaluations in matrix.systems.values()]
        for number, _ in enumerate(matrix.rows)
    ]
    names = [row.name for row in matrix.rows]
    figure, axes = _draw(cells, names, list(matrix.systems))
    axes.set_ylabel("left out of training")
    return figure


def _train_test_map(matrix: CrossCorpusMatrix, system: str) -> Figure:
    corpora = matrix.corpora
    cells = [[one.corpora.get(corpus) for corpus in corpora] for one in matrix.systems[system]]
    figure, axes = _draw(cells, [row.name for row in matrix.rows], corpora)
    axes.set(xlabel="tested on", ylabel="trained on")
    for number, row in enumerate(matrix.rows):
        for corpus in row.train:
            place = (corpora.index(corpus) - 0.5, number - 0.5)
            axes.add_patch(
                Rectangle(place, 1, 1, fill=False, edgecolor=INK, linewidth=1.1, zorder=3)
            )
    return figure


def _forest(matrix: CrossCorpusMatrix) -> Figure:
    """Systems corpus by corpus; of a single system, a line a corpus."""
    groups: dict[str, list[ForestRow]] = {}
    alone = len(matrix.systems) == 1
    for style, (system, evaluations) in enumerate(matrix.systems.items()):
        for row, evaluation in zip(matrix.rows, evaluations, strict=True):
            name, heading = (row.name, "") if alone else (system, row.name)
            shown = ForestRow(name, Estimate.of(evaluation.overall), style=style)
            groups.setdefault(heading, []).append(shown)
    return forest_plot(groups)


def _draw(cells: Cells, rows: Sequence[str], columns: Sequence[str]) -> tuple[Figure, Axes]:
    shares = np.array([[np.nan if one is None else _gain(one) for one in row] for row in cells])
    texts = [["" if one is None else _text(one) for one in row] for row in cells]
    cell = min(_CELL, (PAGE - _SIDES) / len(columns), _HIGHEST / len(rows))
    with paper_style():
        size = (cell * len(columns) + _SIDES, cell * len(rows) + 1.2)
        figure = Figure(figsize=size, layout="compressed")
        axes = figure.add_subplot()
        left, below = ([printable(name) for name in names] for names in (rows, columns))
        image = draw_grid(axes, shares, texts, left, below, size=min(7.0, 19 * cell))
        if cell * len(rows) > _BAR:
            bar = figure.colorbar(image, ax=axes, shrink=0.9, aspect=18, pad=0.02)
            bar.set_label("from chance to perfect, %")
            bar.set_ticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "25", "50", "75", "100"])
        if any(one and is_few(one.interval_speakers) for row in cells for one in row):
            figure.supxlabel(FEW_NOTE.replace(": ", ":\n"), fontsize=6)
    return figure, axes


def _gain(scores: Scores) -> float:
    """How far a UAR is on the way from chance to perfect, in [0, 1]."""
    return max(0.0, (scores.uar - scores.chance) / (1 - scores.chance)) if scores.chance < 1 else 0


def _text(scores: Scores) -> str:
    return f"{100 * scores.uar:.0f}{'*' if is_few(scores.interval_speakers) else ''}"
