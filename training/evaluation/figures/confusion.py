"""The confusion matrix: of each labelled class, the share that was answered as each class."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from training.evaluation.figures.grid import draw_grid
from training.evaluation.figures.style import paper_style
from training.evaluation.readable_name import readable

_CELL = 0.36  # inches


def confusion_figure(confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> Figure:
    """Shares of each row in per cent; at its right the number of utterances.

    Args:
        confusion: Counts ``(classes, classes)``, one row a reference class. Classes that do not
            occur have no row, and no column if they were never answered, either.
        classes: Names of the classes.
    """
    counts = np.asarray(confusion)
    rows = np.flatnonzero(counts.sum(axis=1))
    columns = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    shown = counts[rows][:, columns]
    totals = counts[rows].sum(axis=1)
    shares = shown / totals[:, None]
    texts = [[f"{100 * share:.0f}" if share else "" for share in row] for row in shares]
    with paper_style():
        width, height = _CELL * len(columns) + 1.4, _CELL * len(rows) + 1.0
        figure = Figure(figsize=(width, height), layout="compressed")
        axes = figure.add_subplot()
        names = [readable(label) for label in classes]
        draw_grid(axes, shares, texts, [names[r] for r in rows], [names[c] for c in columns])
        axes.set_xlabel("answered")
        axes.set_ylabel("labelled")
        right = axes.secondary_yaxis("right")
        right.set_yticks(range(len(rows)), [f"{total:,}" for total in totals])
        right.tick_params(length=0)
        axes.annotate(
            "n", (1, 1), xycoords="axes fraction", xytext=(5, 4), textcoords="offset points"
        )
    return figure
