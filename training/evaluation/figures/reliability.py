"""The reliability diagram: how often a model is right that is so and so sure."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.evaluation.figures.style import (
    ACCENT,
    COLUMN,
    INK,
    LINE,
    SOFT,
    paper_style,
    without_frame,
)
from training.metrics.calibration import Bin, Calibration

_LEAST, _MORE = 3, 28  # square points: of a bin with a single answer, and of the fullest besides


def reliability_figure(calibration: Calibration) -> Figure:
    """A point a bin of answers of similar confidence, as large as their number, which stands below.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    filled = [part for part in calibration.bins if part.answers]
    with paper_style():
        figure = Figure(figsize=(0.82 * COLUMN, COLUMN), layout="constrained")
        upper, lower = figure.subplots(2, sharex=True, height_ratios=(4, 1))
        _draw_curve(upper, filled)
        ece = f"ECE {100 * calibration.ece:.1f} %"
        upper.text(0.04, 0.96, ece, transform=upper.transAxes, va="top")
        _draw_counts(lower, filled)
        for axes in (upper, lower):
            without_frame(axes, "top", "right")
    return figure


def _draw_curve(axes: Axes, bins: list[Bin]) -> None:
    sure = [100 * (part.confidence or 0) for part in bins]
    right = [100 * (part.accuracy or 0) for part in bins]
    axes.plot([0, 100], [0, 100], color=SOFT, linewidth=0.7, linestyle=(0, (4, 3)))
    axes.vlines(sure, right, sure, color=LINE, linewidth=2.2)  # the gap
    axes.plot(sure, right, color=ACCENT, linewidth=1)
    most = max(part.answers for part in bins)
    sizes = [_LEAST + _MORE * part.answers / most for part in bins]  # a bin of few weighs little
    axes.scatter(sure, right, sizes, color=ACCENT, zorder=3, clip_on=False)
    axes.set(xlim=(0, 100), ylim=(0, 100), aspect="equal", ylabel="right, %")


def _draw_counts(axes: Axes, bins: list[Bin]) -> None:
    axes.bar(
        [100 * part.low for part in bins],
        [part.answers for part in bins],
        width=[100 * (part.high - part.low) for part in bins],
        align="edge",
        color="#9ecae1",
        edgecolor=INK,
        linewidth=0.4,
    )
    axes.set(xlabel="confidence, %", ylabel="answers")
    axes.locator_params(axis="y", nbins=3, integer=True)
