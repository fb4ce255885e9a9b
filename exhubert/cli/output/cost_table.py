"""An estimate as tables."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.common.count import clock, count
from training.finetuning.cost_estimate import CorpusShare, CostEstimate


def print_estimate(estimate: CostEstimate, console: Console) -> None:
    """Prints what a run will cost, what it will see, and where it will write."""
    console.print(facts_table(estimate))
    console.print(mixture_table(estimate.corpora))
    where = {
        "new": "a new run",
        "unfinished": "holds an unfinished run: --resume goes on with it",
        "complete": "holds a complete run: choose another --output",
    }
    state = where[estimate.output_state]
    console.print(f"Nothing was trained. Output: {estimate.output} ({state})", highlight=False)


def facts_table(estimate: CostEstimate) -> Table:
    """Parameters, memory and steps."""
    memory, parameters = estimate.memory, estimate.parameters
    table = Table(show_header=False, box=None, pad_edge=False)
    rows = {
        "recipe": f"{estimate.recipe}, from {estimate.base or 'random weights'}",
        "heads": ", ".join(
            [
                *(f"{head} {len(labels)}" for head, labels in estimate.heads.items() if labels),
                *(f"none for {name}, which no utterance has" for name in estimate.missing_heads),
            ]
        ),
        "parameters": f"{parameters['total']:,}, of which {parameters['trainable']:,} are trained",
        "memory a device": f"{_short(memory.total)}B: weights {_short(memory.weights)}B, "
        f"gradients {_short(memory.gradients)}B, optimizer {_short(memory.optimizer)}B, "
        f"activations {_short(memory.activations)}B ({estimate.precision}, "
        f"{count(estimate.batch_size, 'full window')})",
        "steps": f"{estimate.steps:,}, {estimate.steps_per_epoch:,} an epoch, of "
        f"{count(estimate.utterances_per_step, 'utterance')} on "
        f"{count(estimate.processes, 'process', 'processes')}",
        "operations": f"{_short(estimate.flops_per_step)}FLOP a step, "
        f"{_short(estimate.flops_per_step * estimate.steps)}FLOP in all, without scoring",
        "time": _time(estimate),
        "validation": f"{count(estimate.validation, 'utterance')} a measurement",
    }
    for name, value in rows.items():
        table.add_row(Text(name, "dim"), value)
    return table


def _time(estimate: CostEstimate) -> str:
    """What it depends on, and how long it is here where that was tried."""
    grows = "grows with utterances × epochs"
    if estimate.seconds is None:
        return f"not tried, {estimate.untried}; {grows}"
    return (
        f"{clock(estimate.seconds)} at the pace of this machine, reading audio and scoring on top; "
        f"{grows}"
    )


def mixture_table(corpora: list[CorpusShare]) -> Table:
    """One line a corpus: utterances and share, before and after sampling, and classes."""
    table = Table(title="shares in per cent; shown: in an epoch", title_justify="left")
    table.add_column("corpus")
    *classes, none = corpora[0].classes
    headings = ("utterances", "share", "shown", "share", *map(str, range(len(classes))), none)
    for heading in headings:
        table.add_column(heading, justify="right")
    for one in corpora:
        table.add_row(
            one.corpus,
            f"{one.utterances:,}",
            f"{100 * one.share:.1f}",
            f"{one.shown:,}",
            f"{100 * one.shown_share:.1f}",
            *(f"{100 * share:.0f}" for share in one.classes.values()),
        )
    table.caption = ", ".join(f"{number} {name}" for number, name in enumerate(classes))
    return table


def _short(count: int) -> str:
    """Three digits and a prefix: ``2.57 G``."""
    for power, prefix in ((15, "P"), (12, "T"), (9, "G"), (6, "M")):
        if count >= 10**power:
            return f"{count / 10**power:.3g} {prefix}"
    return f"{count / 1e3:.3g} k"
