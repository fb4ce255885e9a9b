"""Grids of shaded cells with numbers in them: confusion matrices and heat maps."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from training.evaluation.figures.style import DARK, INK, SHADES

_SLANTED = 4  # characters above which names of columns stand at an angle


def draw_grid(
    axes: Axes,
    shares: npt.NDArray[np.float64],
    texts: Sequence[Sequence[str]],
    rows: Sequence[str],
    columns: Sequence[str],
    size: float = 7,
) -> AxesImage:
    """Draws a grid, its names at the left and below.

    Args:
        axes: Where to.
        shares: How dark each cell is, in [0, 1], ``(rows, columns)``; NaN for an empty cell.
        texts: What stands in each cell.
        rows: Names of the rows.
        columns: Names of the columns.
        size: Of the text in cells, in points.
    """
    image = axes.imshow(shares, cmap=SHADES, vmin=0, vmax=1, aspect="equal")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    if max(map(len, columns)) > _SLANTED:
        for label in axes.get_xticklabels():
            label.set(rotation=40, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    # Lines between cells, which need no frame then.
    axes.set_xticks(np.arange(1, len(columns)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(rows)) - 0.5, minor=True)
    axes.grid(which="minor", color="#e4e4e4", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            dark = shares[row, column] > DARK  # never of an empty cell
            colour = "white" if dark else INK
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)
    return image
