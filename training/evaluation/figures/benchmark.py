"""The forest plot of a benchmark: every model on every corpus, and over all."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from training.evaluation.benchmark.rows import BenchmarkRow
from training.evaluation.figures.forest import Estimate, ForestRow, forest_plot
from training.evaluation.tables.paper_table import Interval
from training.metrics.scores import Figures


def benchmark_forest(rows: Sequence[BenchmarkRow]) -> Figure:
    """UARs and differences to the first model; below a UAR that a leak flatters, that without.

    Args:
        rows: Of :func:`training.evaluation.benchmark.rows.benchmark_rows`.
    """
    models = list(dict.fromkeys(row.model for row in rows))
    groups: dict[str, list[ForestRow]] = {}
    for row in rows:
        style = models.index(row.model)
        shown = groups.setdefault(row.corpus, [])
        ahead = Estimate.of_difference(row.ahead) if row.ahead else None
        shown.append(ForestRow(row.model, _estimate(row.figures), ahead, style))
        if row.leak:
            shown.append(
                ForestRow("without leak", _estimate(row.leak.figures), None, style, aside=True)
            )
    return forest_plot(groups, versus=f"minus {models[0]}" if len(models) > 1 else "")


def _estimate(figures: Figures) -> Estimate:
    interval = Interval(figures.uar_low, figures.uar_high, figures.interval_speakers)
    return Estimate(figures.uar, interval, figures.chance)
