"""The tables of an evaluation, for papers: corpora, classes and groups."""

from collections.abc import Mapping

from training.evaluation.score_file import Evaluation
from training.evaluation.tables.paper_table import Cell, Column, Interval, PaperTable
from training.evaluation.tables.score_columns import SCORE_COLUMNS, score_cells
from training.metrics.class_scores import ClassScores
from training.metrics.groups import GroupScores

_INTERVAL_NOTE = "95 %: over 1,000 draws of speakers"


def evaluation_tables(evaluation: Evaluation) -> dict[str, PaperTable]:
    """The tables by their names, the one of corpora first; groups only where there are any."""
    tables = {
        "corpora": corpora_table(evaluation),
        "classes": classes_table(evaluation.class_scores),
    }
    if evaluation.groups:
        tables["groups"] = groups_table(evaluation.groups)
    return tables


def corpora_table(evaluation: Evaluation) -> PaperTable:
    """One row a corpus, and one for all; whether they were trained on, if any was not."""
    columns = [
        Column("corpus"),
        Column("trained on"),
        *SCORE_COLUMNS,
    ]
    not_trained_on = evaluation.not_trained_on
    rows = [
        [
            corpus,
            ("no" if corpus in not_trained_on else "yes") if not_trained_on else None,
            *score_cells(scores),
        ]
        for corpus, scores in evaluation.corpora.items()
    ]
    if len(rows) > 1:
        rows.append(["all", None, *score_cells(evaluation.overall)])
    notes = [_INTERVAL_NOTE, str(evaluation.speakers), *evaluation.notes]
    if evaluation.calibration:
        notes.append(f"expected calibration error: {100 * evaluation.calibration.ece:.1f} %")
    title = f"Scores on the {evaluation.split} split, in per cent"
    table = PaperTable(title, columns, rows, notes)
    return table.without_empty_columns().with_mark_explained()


def classes_table(classes: Mapping[str, ClassScores]) -> PaperTable:
    """One row a class that occurs."""
    columns = [
        Column("class"),
        Column("n", "count"),
        Column("speakers", "count"),
        Column("recall", "percent"),
        Column("95 %", interval=True),
        Column("precision", "percent"),
        Column("F1", "percent"),
    ]
    rows: list[list[Cell]] = [
        [
            name.replace("_", " "),
            found.utterances,
            found.interval_speakers,
            found.recall,
            Interval(found.low, found.high, found.interval_speakers),
            found.precision,
            found.f1,
        ]
        for name, found in classes.items()
    ]
    return PaperTable(
        "Recall, precision and F1 of each class, in per cent", columns, rows, [_INTERVAL_NOTE]
    ).with_mark_explained()


def groups_table(groups: Mapping[str, Mapping[str, GroupScores]]) -> PaperTable:
    """One row a group: its UAR, and how far it is from that of all others."""
    columns = [
        Column("by"),
        Column("group"),
        Column("n", "count"),
        Column("speakers", "count"),
        Column("UAR", "percent"),
        Column("95 %", interval=True),
        Column("to the rest", "points"),
        Column("95 % of it", interval=True),
        Column("classes", "count"),
    ]
    rows = [
        _group_row(kind, name, group)
        for kind, of_kind in groups.items()
        for name, group in of_kind.items()
    ]
    notes = [
        _INTERVAL_NOTE,
        "to the rest: UAR of the group minus that of all others whose group is known, over the "
        "classes that both have, with the same draws of speakers for both",
    ]
    title = "Groups of speakers: UAR in per cent, differences to the rest in points"
    return PaperTable(title, columns, rows, notes).with_mark_explained()


def _group_row(kind: str, name: str, group: GroupScores) -> list[Cell]:
    scores, difference = group.scores, group.difference
    return [
        kind,
        name,
        scores.utterances,
        scores.speakers,
        scores.uar,
        Interval.of(scores),
        difference.uar if difference else None,
        Interval.of_difference(difference) if difference else None,
        group.classes,
    ]
