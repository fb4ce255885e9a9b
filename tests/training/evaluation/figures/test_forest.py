from matplotlib.axes import Axes

from training.evaluation.figures.forest import Estimate, ForestRow, forest_plot
from training.evaluation.tables.paper_table import Interval

MANY = Estimate(0.5, Interval(0.4, 0.6, 24), chance=0.25)
FEW = Estimate(0.45, Interval(0.3, 0.55, 4), chance=0.25)
BEHIND = Estimate(-0.05, Interval(-0.1, 0.02, 4, signed=True))


def marks(axes: Axes) -> list[str]:
    """Colours of the faces of estimates, from top to bottom."""
    return [str(line.get_markerfacecolor()) for line in axes.lines if line.get_marker() in "os^D"]


def names(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_few_speakers_make_a_hollow_mark_and_a_dashed_line_and_the_key_says_so() -> None:
    figure = forest_plot({"alpha": [ForestRow("a", MANY), ForestRow("b", FEW)]})
    (axes,) = figure.axes
    assert [face == "white" for face in marks(axes)] == [False, True]
    solid, dashed = axes.collections[:2]
    assert solid.get_linestyle() != dashed.get_linestyle()
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()] == [
        *("95 % over speakers", "* fewer than 10 speakers", "chance"),
    ]


def test_rows_stand_under_their_headings_with_their_numbers() -> None:
    (axes,) = forest_plot({"alpha": [ForestRow("a", MANY)], "": [ForestRow("all", FEW)]}).axes
    assert names(axes) == ["alpha", "a", "all"]
    numbers = [label.get_text() for label in axes.child_axes[0].get_yticklabels()]
    assert numbers == ["50.0 (40–60)", "45.0 (30–55*)"]


def test_differences_have_a_half_of_their_own() -> None:
    rows = [ForestRow("a", MANY), ForestRow("b", FEW, BEHIND, style=1)]
    left, right = forest_plot({"": rows}, versus="minus a").axes
    assert right.get_xlabel() == "minus a, points"
    assert len(marks(left)) == 2
    (label,) = right.child_axes[0].get_yticklabels()
    assert label.get_text() == "−5.0 (−10 to +2*)"


def test_without_any_difference_there_is_one_half() -> None:
    (axes,) = forest_plot({"": [ForestRow("a", MANY)]}, versus="minus the rest").axes
    assert axes.get_xlabel() == "UAR, %"


def test_an_interval_that_is_a_point_is_not_drawn() -> None:
    alone = Estimate(0.5, Interval(0.5, 0.5, 1))
    (axes,) = forest_plot({"": [ForestRow("a", alone)]}).axes
    assert not axes.collections


def test_names_are_not_read_as_formulas() -> None:
    (axes,) = forest_plot({"": [ForestRow("$x$\x1b", MANY)]}).axes
    assert names(axes) == ["$x$\\x1b"]
