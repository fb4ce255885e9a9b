import io

from rich.console import Console

from exhubert.cli.output.benchmark_tables import print_costs, print_paper_table
from tests.support.paper_tables import TABLE
from training.evaluation.benchmark.cost import ExpectedCost


def test_costs_are_summed() -> None:
    out = io.StringIO()
    costs = [
        ExpectedCost("loso", "emo_db", "majority", 10, 10, 0, 0),
        ExpectedCost("loso", "emo_db", "tiny", 10, 0, 4_000, 500, 1_000, 90.0),
    ]
    print_costs(costs, ["left out: nothing"], Console(file=out, width=160))
    text = out.getvalue()
    assert "20 runs, 10 done before; training takes 0:01:30 at the pace of this machine." in text
    assert "Left out: nothing.\nNothing was run." in text


def test_rows_are_named_in_each_part_of_a_table() -> None:
    out = io.StringIO()
    print_paper_table(TABLE, Console(file=out, width=40))
    assert out.getvalue().count("emo_db") > 1
    assert "A note." in out.getvalue()
