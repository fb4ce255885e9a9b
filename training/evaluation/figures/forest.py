"""Forest plots: one line an estimate, a mark with its interval, and the numbers at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.common.untrusted_text import printable
from training.evaluation.figures.style import (
    COLOURS,
    COLUMN,
    INK,
    MARKERS,
    PAGE,
    SOFT,
    paper_style,
    without_frame,
)
from training.evaluation.tables.paper_table import Interval
from training.metrics.bootstrap import FEW_SPEAKERS
from training.metrics.differences import Difference
from training.metrics.intervals import is_few
from training.metrics.scores import Scores

_ROW = 0.165  # inches
_DASHED = (0, (1.6, 1.2))
_ENDS = 4  # points from the lowest and highest mark to the ends of the axis


@dataclass(frozen=True)
class Estimate:
    """A UAR, or a difference of two, with its interval: shares, not per cent.

    Attributes:
        value: The UAR, or the difference.
        interval: Of it.
        chance: UAR of guessing; None of a difference.
    """

    value: float
    interval: Interval
    chance: float | None = None

    @classmethod
    def of(cls, scores: Scores) -> "Estimate":
        """The UAR of scores."""
        return cls(scores.uar, Interval.of(scores), scores.chance)

    @classmethod
    def of_difference(cls, difference: Difference) -> "Estimate":
        """A difference of two UARs."""
        return cls(difference.uar, Interval.of_difference(difference))

    @property
    def text(self) -> str:
        """As it is read: per cent, or points."""
        form = "+z.1f" if self.interval.signed else ".1f"
        return f"{100 * self.value:{form}} ({self.interval})".replace("-", "−")

    @property
    def points(self) -> list[float]:
        """Whatever the axis has to hold, in per cent."""
        chance = [] if self.chance is None else [100 * self.chance]
        return [100 * self.interval.low, 100 * self.interval.high, 100 * self.value, *chance]


@dataclass(frozen=True)
class ForestRow:
    """A line of a forest plot.

    Attributes:
        name: At its left.
        uar: The estimate.
        difference: To another model; only in plots that have a second half for it.
        style: Which mark and colour: equal numbers look alike, as those of one model.
        total: Whether it sums others up.
        aside: Whether it is said beside the row above it.
    """

    name: str
    uar: Estimate
    difference: Estimate | None = None
    style: int = 0
    total: bool = False
    aside: bool = False


Groups = Mapping[str, Sequence[ForestRow]]
"""Heading → rows below it; rows under an empty heading have none."""


def forest_plot(groups: Groups, versus: str = "", notes: Sequence[str] = ()) -> Figure:
    """Draws estimates below each other, groups of them under headings.

    Args:
        groups: What is drawn, from top to bottom.
        versus: What the differences are, such as ``minus tiny``; draws them in a second half,
            if any row has one.
        notes: What marks in names mean.
    """
    places, headings = _places(groups)
    differences = {y: (row, row.difference) for y, row in places.items() if row.difference}
    halved = bool(versus and differences)
    with paper_style():
        height = _ROW * (len(places) + len(headings)) + 0.75
        figure = Figure(figsize=(PAGE if halved else COLUMN, height), layout="constrained")
        halves = figure.subplots(1, 2 if halved else 1, squeeze=False, sharey=True)[0]
        _draw_half(halves[0], {y: (row, row.uar) for y, row in places.items()})
        halves[0].set_xlabel("UAR, %")
        _name_rows(halves[0], places, headings)
        if halved:
            _draw_half(halves[1], differences)
            halves[1].axvline(0, color=SOFT, linewidth=0.7, zorder=0)
            halves[1].set_xlabel(f"{printable(versus)}, points")
        lowest = max([*places, *headings]) + 0.7
        halves[0].set_ylim(lowest, min([*places, *headings]) - 0.7)
        key = _key(list(places.values())) + [_note(note) for note in notes]
        figure.legend(handles=key, loc="outside lower center", ncols=3 if len(key) <= 3 else 2)
    return figure


def _places(groups: Groups) -> tuple[dict[float, ForestRow], dict[float, str]]:
    """Height of each row, and of each heading; a little room before each group."""
    places: dict[float, ForestRow] = {}
    headings: dict[float, str] = {}
    y = 0.0
    for heading, rows in groups.items():
        if places:
            y += 0.4
        if heading:
            headings[y] = heading
            y += 1
        for row in rows:
            places[y] = row
            y += 1
    return places, headings


def _draw_half(axes: Axes, estimates: Mapping[float, tuple[ForestRow, Estimate]]) -> None:
    for y, (row, estimate) in estimates.items():
        _draw_estimate(axes, y, row, estimate)
    points = [point for _, estimate in estimates.values() for point in estimate.points]
    low, high = min(points) - _ENDS, max(points) + _ENDS
    signed = any(estimate.interval.signed for _, estimate in estimates.values())
    axes.set_xlim((low, high) if signed else (max(0, low), min(101, high)))
    axes.grid(axis="x", color="#ececec", linewidth=0.5)
    axes.set_axisbelow(True)
    without_frame(axes, "left", "top", "right")
    axes.tick_params(axis="y", length=0)
    right = axes.secondary_yaxis("right")
    right.set_yticks(list(estimates), [estimate.text for _, estimate in estimates.values()])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)


def _draw_estimate(axes: Axes, y: float, row: ForestRow, estimate: Estimate) -> None:
    """The mark is hollow and the interval dashed where few speakers stand behind it."""
    interval = estimate.interval
    few = is_few(interval.speakers)
    colour = COLOURS[row.style % len(COLOURS)]
    if interval.low < interval.high:
        axes.hlines(
            y,
            100 * interval.low,
            100 * interval.high,
            colors=colour,
            linewidth=1.1,
            linestyles=_DASHED if few else "solid",
        )
    if estimate.chance is not None:
        axes.plot(100 * estimate.chance, y, marker="|", markersize=6, color=SOFT, linestyle="")
    axes.plot(
        100 * estimate.value,
        y,
        marker="D" if row.total else MARKERS[row.style % len(MARKERS)],
        markersize=4.6 if row.total else 3.8,
        color=colour,
        markerfacecolor="white" if few else colour,
        markeredgewidth=0.9,
        linestyle="",
    )


def _name_rows(
    axes: Axes, places: Mapping[float, ForestRow], headings: Mapping[float, str]
) -> None:
    named = {y: printable(row.name) for y, row in places.items()}
    ticks = sorted({**named, **headings}.items())
    axes.set_yticks([y for y, _ in ticks], [printable(name) for _, name in ticks])
    for (y, _), label in zip(ticks, axes.get_yticklabels(), strict=True):
        if y in headings or places[y].total:
            label.set_fontweight("bold")
        elif places[y].aside:
            label.set_color(SOFT)


def _key(rows: Sequence[ForestRow]) -> list[Line2D]:
    """What lines and marks mean, of those that are there."""
    few = {
        is_few(one.interval.speakers) for row in rows for one in (row.uar, row.difference) if one
    }
    key = []
    if False in few:
        key.append(_entry("95 % over speakers", few=False))
    if True in few:
        key.append(_entry(f"* fewer than {FEW_SPEAKERS} speakers", few=True))
    chance = Line2D([], [], color=SOFT, marker="|", markersize=6, linestyle="", label="chance")
    return [*key, chance]


def _entry(label: str, few: bool) -> Line2D:
    mark = Line2D([], [], color=INK, linewidth=1.1, marker="o", markersize=3.8, label=label)
    if few:
        mark.set(linestyle=_DASHED, markerfacecolor="white")
    return mark


def _note(text: str) -> Line2D:
    return Line2D([], [], linestyle="", label=text)
