"""The table of a benchmark: its columns, and what must be known beside them."""

from collections.abc import Mapping, Sequence

from pipeline.common.count import count
from training.data.recordings import is_searched
from training.evaluation.benchmark.overlap_notes import overlap_notes
from training.evaluation.benchmark.plan import BenchmarkPlan
from training.evaluation.benchmark.rows import MEAN, MEAN_OF_PAIRS, BenchmarkRow
from training.evaluation.benchmark.run import Results
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT, TRAIN_ON_ONE
from training.evaluation.tables.paper_table import Cell, Column, Interval, PaperTable


def benchmark_table(
    plan: BenchmarkPlan, rows: Sequence[BenchmarkRow], results: Results
) -> PaperTable:
    """The table that is printed and written for papers, of the rows of some results."""
    first = rows[0].model
    columns = [
        Column("corpus"),
        Column("model"),
        Column("folds", "count"),
        Column("n", "count"),
        Column("speakers", "count"),
        Column("UAR", "percent"),
        Column("95 %", interval=True),
        Column("WA", "percent"),
        Column("macro-F1", "percent"),
        Column("chance", "percent"),
        Column("one rater", "percent"),
        Column(f"minus {first}", "points"),
        Column("95 % of it", interval=True),
        Column("UAR without leak", "percent"),
        Column("95 % without leak", interval=True),
        Column("leak flatters", "points"),
        Column("trained", "count"),
        Column("seconds", "seconds"),
        Column("seconds without leak", "seconds"),
    ]
    table = PaperTable(
        f"Protocol {plan.protocol}, classes {plan.classes}: scores in per cent, differences in "
        "points",
        columns,
        [_cells(row) for row in rows],
        table_notes(plan, rows, results),
    )
    return table.without_empty_columns().with_mark_explained()


_TRAINED: Mapping[str, str] = {
    LEAVE_ONE_OUT: "each corpus is scored whole by models that were trained on the others, without "
    "clips whose audio is scored",
    TRAIN_ON_ONE: "A → B: trained on A, scored on the whole of B, without clips whose audio is "
    "scored",
}
"""Protocol → what corpora are trained on and scored."""


def table_notes(plan: BenchmarkPlan, rows: Sequence[BenchmarkRow], results: Results) -> list[str]:
    """What must be known beside the table."""
    notes = [
        _describe_training(plan),
        "95 %: over 1,000 draws of speakers",
    ]
    for corpus, speakers in plan.leaks.items():
        known = count(speakers, "speaker")
        notes.append(f"NOT speaker-independent: in {corpus}, up to {known} in train and test")
    if plan.twin:
        notes.append(
            f"without leak: the same models under {plan.twin}, whose test parts may hold other "
            "clips; corpora that leak nothing count there as they are"
        )
    notes += overlap_notes(plan, results)
    voted = {
        row.corpus: row.raters
        for row in rows
        if row.raters and row.corpus not in (MEAN, MEAN_OF_PAIRS)
    }
    if voted:
        clips = ", ".join(f"{one.utterances:,} of {corpus}" for corpus, one in voted.items())
        notes.append(
            f"one rater: UAR of a rater drawn by chance against the labels, on the clips that have "
            f"votes ({clips}); an upper bound where these votes elected the labels "
            "(Cao et al., CREMA-D, 2014)"
        )
    return [*notes, *plan.notes]


def _describe_training(plan: BenchmarkPlan) -> str:
    across = _TRAINED.get(plan.protocol)
    if across is None:
        return "each corpus is trained on and scored by itself; predictions of its folds are pooled"
    corpora = {corpus for run in plan.runs for corpus in (*run.fitted.corpora, *run.scored.corpora)}
    if is_searched(plan.dataset, corpora):
        return f"{across}, or is near to what is scored"
    return f"{across}; near-duplicates of what is scored may stay in training"


def _cells(row: BenchmarkRow) -> list[Cell]:
    figures, ahead, leak = row.figures, row.ahead, row.leak
    return [
        row.corpus,
        row.model,
        row.folds,
        figures.utterances,
        figures.speakers,
        figures.uar,
        Interval.of(figures),
        figures.wa,
        figures.macro_f1,
        figures.chance,
        row.raters.uar if row.raters else None,
        ahead.uar if ahead else None,
        Interval.of_difference(ahead) if ahead else None,
        leak.figures.uar if leak else None,
        Interval.of(leak.figures) if leak else None,
        leak.flatters if leak else None,
        row.parameters,
        row.seconds,
        leak.seconds if leak else None,
    ]
