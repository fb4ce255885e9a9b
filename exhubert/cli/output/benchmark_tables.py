"""What ``exhubert benchmark`` prints: its plan with its costs, and its table."""

from collections.abc import Sequence

from rich.console import Console

from exhubert.cli.output.fitted_table import Heading, numbers, print_table, words
from pipeline.common.count import clock, count
from training.evaluation.benchmark.cost import ExpectedCost
from training.evaluation.score_file import sentence
from training.evaluation.tables.paper_table import PaperTable

_NAMING = 2  # columns that name a row


def print_costs(costs: Sequence[ExpectedCost], notes: Sequence[str], console: Console) -> None:
    """Prints the runs of a benchmark and what each costs."""
    groups = [
        words("protocol", "corpus", "model"),
        numbers("runs", "done", "clips trained on", "clips scored"),
        numbers("parameters", "time"),
    ]
    rows = [
        [
            *(cost.protocol, cost.corpus, cost.model, f"{cost.runs:,}", f"{cost.done:,}"),
            *(f"{cost.trained:,}", f"{cost.scored:,}"),
            "–" if cost.parameters is None else f"{cost.parameters:,}",
            "–" if cost.seconds is None else clock(cost.seconds),
        ]
        for cost in costs
    ]
    print_table(console, groups, rows)
    runs, done = (sum(getattr(cost, name) for cost in costs) for name in ("runs", "done"))
    tried = [cost.seconds for cost in costs if cost.seconds is not None]
    time = f"; training takes {clock(sum(tried))} at the pace of this machine" if tried else ""
    lines = [f"{count(runs, 'run')}, {done:,} done before{time}", *notes, "nothing was run"]
    for line in lines:
        console.print(sentence(line), soft_wrap=True)


def print_paper_table(table: PaperTable, console: Console) -> None:
    """Prints a table in as many parts as the console is wide enough for, and its notes."""
    console.print(table.title)
    headings = [Heading(column.heading, number=column.is_number) for column in table.columns]
    groups = [headings[:_NAMING], *([heading] for heading in headings[_NAMING:])]
    print_table(console, groups, table.shown)
    for note in table.notes:
        console.print(sentence(note), soft_wrap=True)
