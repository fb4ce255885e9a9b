"""How figures look, and how they are written: fit for a column of a paper, in colour as in grey.

Fonts are embedded as TrueType, which publishers ask for; names are never read as formulas; the same
figure gives the same bytes.
"""

import io
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from pipeline.storage.files import write_atomic

SUFFIXES = (".svg", ".pdf", ".png")
"""What the names of files of figures end in."""

COLUMN, PAGE = 3.4, 7.0
"""Widths in inches: of one column of a paper in two, and of both."""

INK, SOFT, LINE = "#1a1a1a", "#6b6b6b", "#c8c8c8"
ACCENT = "#0b559f"

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Told apart by people who see fewer colours (Okabe and Ito, 2008)."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""One for each of :data:`COLOURS`, so that a print in grey can be read."""

SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#9ecae1", "#08306b"])
"""From nothing to everything: one hue, ever darker, so that grey keeps the order."""

DARK = 0.74
"""Share of :data:`SHADES` from which on text on it is white."""

_STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
    "font.size": 7,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "text.parse_math": False,  # a name may hold a dollar sign
    "pdf.fonttype": 42,
    "svg.hashsalt": "exhubert",
}


def paper_style() -> AbstractContextManager[None]:
    """In it everything is drawn and written."""
    settings: AbstractContextManager[None] = rc_context(_STYLE)
    return settings


def save_figure(figure: Figure, path: Path) -> None:
    """Writes the form that the name of a file ends in, one of :data:`SUFFIXES`; cuts nothing off.

    Args:
        figure: Drawn under :func:`paper_style`.
        path: The file.
    """
    form = path.suffix.removeprefix(".")
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    buffer = io.BytesIO()
    with paper_style():
        figure.savefig(
            buffer, format=form, dpi=300, bbox_inches="tight", pad_inches=0.03, metadata=undated
        )
    write_atomic(path, buffer.getvalue())


def without_frame(axes: Axes, *sides: str) -> None:
    """Hides lines around a plot."""
    for side in sides:
        axes.spines[side].set_visible(False)
