from training.evaluation.benchmark.rows import BenchmarkRow, Leak
from training.evaluation.figures.benchmark import benchmark_forest
from training.metrics.differences import Difference
from training.metrics.scores import Figures


def figures(uar: float) -> Figures:
    return Figures(90, 12, uar, uar - 0.1, uar + 0.1, 12, uar, uar, 0.25)


def test_a_uar_that_a_leak_flatters_stands_above_that_without() -> None:
    ahead = Difference(0.2, 0.1, 0.3, 1.0, 12)
    rows = [
        BenchmarkRow("x", "majority", 5, figures(0.25), None, None, 1.0, 0),
        BenchmarkRow("x", "tiny", 5, figures(0.45), ahead, Leak(figures(0.4), 0.05), 1.0, 9),
    ]
    left, right = benchmark_forest(rows).axes
    names = [label.get_text() for label in left.get_yticklabels()]
    assert names == ["x", "majority", "tiny", "without leak"]
    assert right.get_xlabel() == "minus majority, points"


def test_a_model_alone_has_no_differences() -> None:
    rows = [BenchmarkRow("x", "tiny", 5, figures(0.45), None, None, 1.0, 9)]
    assert len(benchmark_forest(rows).axes) == 1
