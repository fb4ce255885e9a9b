"""What evaluations and comparisons print: tables for a terminal."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.common.count import count
from training.evaluation.compare import Comparison
from training.evaluation.ratings import RatingEvaluation
from training.evaluation.score_file import Evaluation, sentence
from training.metrics.class_scores import ClassScores
from training.metrics.differences import Difference
from training.metrics.groups import GroupScores
from training.metrics.head_scores import describe_heads
from training.metrics.intervals import FEW_NOTE, is_few
from training.metrics.not_trained_on import NOT_TRAINED_ON_NOTE, marked
from training.metrics.scores import Scores


def print_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Prints the scores, the confusion matrix, calibration and what is known about the speakers."""
    runs = len(evaluation.models)
    over = f", mean ± standard deviation over {runs} models" if runs > 1 else ""
    title = f"{evaluation.split} split of {evaluation.dataset}, in per cent{over}"
    table = scores_table(
        title, evaluation.overall, evaluation.corpora, evaluation.not_trained_on or ()
    )
    console.print(table)
    console.print(confusion_table(evaluation.overall, evaluation.classes))
    console.print(classes_table(evaluation.class_scores))
    if evaluation.groups:
        console.print(groups_table(evaluation.groups))
    lines = remarks(evaluation)
    if evaluation.heads is not None:
        lines.insert(0, f"further heads: {describe_heads(evaluation.heads)}")
    if (calibration := evaluation.calibration) is not None:
        lines.append(f"calibration error (ECE) {100 * calibration.ece:.1f} %: {calibration}")
    for line in lines:
        console.print(sentence(line), highlight=False, markup=False, soft_wrap=True)


def print_ratings(evaluation: RatingEvaluation, console: Console) -> None:
    """Prints the CCC of every dimension, by corpus and over all."""
    title = f"{evaluation.split} split of {evaluation.dataset}: CCC"
    table = Table(title=title, title_justify="left")
    table.add_column("corpus", no_wrap=True)
    for dimension in evaluation.heads.ratings:
        table.add_column(dimension, justify="right")
        table.add_column("n", justify="right")
    for corpus, scores in {**evaluation.corpora, "all": evaluation.heads}.items():
        found = [scores.ratings.get(dimension) for dimension in evaluation.heads.ratings]
        cells = [(f"{one.ccc:z.2f}", f"{one.utterances:,}") if one else ("–", "0") for one in found]
        table.add_row(corpus, *(cell for pair in cells for cell in pair))
    console.print(table)
    for line in [*evaluation.notes, str(evaluation.speakers)]:
        console.print(sentence(line), highlight=False, markup=False, soft_wrap=True)


def remarks(evaluation: Evaluation) -> list[str]:
    """What must be known beside the scores: notes, and whether the speakers were in training."""
    lines = [*evaluation.notes, str(evaluation.speakers)]
    speakers = evaluation.overall.interval_speakers
    if is_few(speakers):
        lines.append(f"only {count(speakers, 'speaker')}: the intervals are too narrow")
    return lines


def not_trained_on_remarks(evaluation: Evaluation) -> list[str]:
    """Which of the corpora were not trained on, where that is known and there are any."""
    not_trained_on = evaluation.not_trained_on
    return [f"not trained on {', '.join(not_trained_on)}"] if not_trained_on else []


def scores_table(
    title: str,
    overall: Scores,
    corpora: Mapping[str, Scores],
    not_trained_on: Collection[str] = (),
) -> Table:
    """One line a corpus and one for all; per cent, the UAR with its 95 % interval over speakers.

    Where the interval is a point (a single speaker, say) none is shown: it would look certain.

    Args:
        title: Of the table.
        overall: Scores of all utterances.
        corpora: Scores of each corpus.
        not_trained_on: Corpora that the models were not trained on, which are marked.
    """
    table = Table(title=title, title_justify="left", show_footer=len(corpora) > 1)
    explain_marks(table, [overall, *corpora.values()], not_trained_on)
    table.add_column("corpus", "all", no_wrap=True)
    for name, footer in score_cells(overall).items():
        table.add_column(name, footer, justify="right", no_wrap=True)
    for corpus, scores in corpora.items():
        table.add_row(marked(corpus, not_trained_on), *score_cells(scores).values())
    return table


def systems_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """One line a score file, scored on the same utterances; per cent."""
    lines = {}
    for name, evaluation in evaluations.items():
        calibration = evaluation.calibration
        ece = "–" if calibration is None else f"{100 * calibration.ece:.1f}"
        lines[name] = score_cells(evaluation.overall) | {"ECE": ece}
    fullest = max(lines.values(), key=len)  # some have a spread over seeds, others not
    table = Table(title="scores, in per cent", title_justify="left")
    explain_marks(table, [evaluation.overall for evaluation in evaluations.values()])
    table.add_column("", no_wrap=True)
    for heading in fullest:
        table.add_column(heading, justify="right", no_wrap=True)
    for name, cells in lines.items():
        table.add_row(name, *(cells.get(heading, "") for heading in fullest))
    return table


def comparison_table(comparison: Comparison, not_trained_on: Collection[str] = ()) -> Table:
    """The differences of the UAR, per corpus and over all, in percentage points.

    Args:
        comparison: Of two evaluations.
        not_trained_on: Corpora that one of the two was not trained on, which are marked.
    """
    title = f"UAR of {comparison.first} minus UAR of {comparison.second}, in points"
    table = Table(title=title, title_justify="left", show_footer=len(comparison.corpora) > 1)
    shown = [comparison.overall, *comparison.corpora.values()]
    explain_marks(table, shown, not_trained_on, " by one of the two")
    headings = ("corpus", "difference", "95 %", "ahead")
    footer = ("all", *_difference_cells(comparison.overall))
    for heading, foot in zip(headings, footer, strict=True):
        table.add_column(heading, foot, justify="left" if heading == "corpus" else "right")
    for corpus, difference in comparison.corpora.items():
        table.add_row(marked(corpus, not_trained_on), *_difference_cells(difference))
    return table


def conclusion(comparison: Comparison) -> list[str]:
    """The conclusion of a comparison, in sentences."""
    difference, first, second = comparison.overall, comparison.first, comparison.second
    if is_few(comparison.speakers):
        conclusion = f"Only {count(comparison.speakers, 'speaker')}: too few to conclude from"
    elif difference.low > 0:
        conclusion = f"{first} is ahead of {second}: the interval lies above 0"
    elif difference.high < 0:
        conclusion = f"{first} is behind {second}: the interval lies below 0"
    else:
        conclusion = "No difference is shown: the interval holds 0"
    lines = [
        f"{conclusion}. In {difference.improvement:.0%} of the draws of speakers {first} is ahead."
    ]
    for test in comparison.mcnemar:
        pair = f" ({test.first}, {test.second})" if len(comparison.mcnemar) > 1 else ""
        lines.append(
            f"McNemar{pair}: {count(test.only_first, 'utterance')} right in {first} only, "
            f"{test.only_second} in {second} only, p = {test.p:.2g}."
        )
    return lines


def explain_marks(
    table: Table,
    shown: Iterable[Scores | Difference | ClassScores],
    not_trained_on: Collection[str] = (),
    by: str = "",
) -> None:
    """Says below a table what the marks mean that stand in it.

    Args:
        table: What the marks stand in.
        shown: What has intervals.
        not_trained_on: Corpora that are marked because the models were not trained on them.
        by: Whose training.
    """
    few = any(is_few(entry.interval_speakers) for entry in shown)
    lines = [
        *([FEW_NOTE] if few else []),
        *([f"{NOT_TRAINED_ON_NOTE}{by}"] if not_trained_on else []),
    ]
    if lines:
        table.caption, table.caption_justify = "\n".join(lines), "left"


def confusion_table(scores: Scores, classes: Sequence[str]) -> Table:
    """Counts, one row a reference class, one column a predicted class."""
    table = Table(title="reference ↓, predicted →", title_justify="left")
    table.add_column("")
    for number in range(len(classes)):
        table.add_column(str(number), justify="right")
    for row, (label, counts) in enumerate(zip(classes, scores.confusion, strict=True)):
        cells = [
            Text(str(count), "bold" if row == column else "") for column, count in enumerate(counts)
        ]
        table.add_row(f"{row} {label}", *cells)
    return table


def classes_table(classes: Mapping[str, ClassScores]) -> Table:
    """One line a class that occurs; per cent, the recall with its interval over speakers."""
    table = Table(title="classes, in per cent", title_justify="left")
    explain_marks(table, classes.values())
    table.add_column("class", no_wrap=True)
    for heading in ("n", "speakers", "recall", "95 %", "precision", "F1"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, found in classes.items():
        table.add_row(
            name,
            str(found.utterances),
            str(found.interval_speakers),
            f"{100 * found.recall:.1f}",
            found.interval,
            "–" if found.precision is None else f"{100 * found.precision:.1f}",
            f"{100 * found.f1:.1f}",
        )
    return table


def groups_table(groups: Mapping[str, Mapping[str, GroupScores]]) -> Table:
    """One line a group; UAR in per cent, its difference to the rest in points."""
    table = Table(title="groups, and how far each is from the rest", title_justify="left")
    every = [group for of_kind in groups.values() for group in of_kind.values()]
    shown = [group.scores for group in every]
    explain_marks(table, [*shown, *(g.difference for g in every if g.difference)])
    table.add_column("by", no_wrap=True)
    table.add_column("group", no_wrap=True)
    for heading in ("n", "speakers", "UAR", "95 %", "to the rest", "95 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, of_kind in groups.items():
        for number, (name, group) in enumerate(of_kind.items()):
            cells, difference = score_cells(group.scores), group.difference
            apart = ("–", "") if difference is None else _difference_cells(difference)[:2]
            ours = (cells[heading] for heading in ("n", "speakers", "UAR", "95 %"))
            last = number == len(of_kind) - 1
            table.add_row("" if number else kind, name, *ours, *apart, end_section=last)
    return table


def score_cells(scores: Scores) -> dict[str, str]:
    """Scores as they stand in tables, by heading; per cent."""
    spread = {} if scores.uar_sd is None else {"± sd": f"{100 * scores.uar_sd:.1f}"}
    return {
        "n": str(scores.utterances),
        "speakers": str(scores.speakers),
        "UAR": f"{100 * scores.uar:.1f}",
        **spread,
        "95 %": scores.interval,
        "WA": f"{100 * scores.wa:.1f}",
        "macro-F1": f"{100 * scores.macro_f1:.1f}",
        "chance": f"{100 * scores.chance:.1f}",
    }


def _difference_cells(difference: Difference) -> tuple[str, str, str]:
    certain = difference.low == difference.high
    return (
        f"{100 * difference.uar:+z.1f}",
        difference.interval,
        "" if certain else f"{difference.improvement:.0%}",
    )
