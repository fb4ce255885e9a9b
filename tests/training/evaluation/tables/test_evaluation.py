from dataclasses import replace

from tests.support.made_up import make_evaluation, make_utterances
from training.evaluation.tables.evaluation import evaluation_tables
from training.evaluation.tables.paper_table import PaperTable
from training.metrics.intervals import FEW_NOTE


def cells(table: PaperTable) -> dict[str, dict[str, str]]:
    """Name of a row → heading → cell."""
    headings = [column.heading for column in table.columns]
    return {row[0]: dict(zip(headings, row, strict=True)) for row in table.shown}


def test_one_row_a_corpus_and_one_for_all() -> None:
    evaluation = make_evaluation([0.6], make_utterances(speakers=12))
    table = evaluation_tables(evaluation)["corpora"]
    rows = cells(table)
    assert list(rows) == ["alpha", "beta", "all"]
    assert rows["all"]["UAR"] == f"{100 * evaluation.overall.uar:.1f}"
    assert rows["alpha"]["95 %"].endswith("*")  # six speakers
    assert not rows["all"]["95 %"].endswith("*")
    assert table.notes[-1] == FEW_NOTE
    assert "± sd" not in rows["all"]  # of a single model


def test_a_corpus_alone_needs_no_row_for_all() -> None:
    one = make_evaluation([0.6], make_utterances(speakers=12, corpora=("alpha",)))
    assert list(cells(evaluation_tables(one)["corpora"])) == ["alpha"]


def test_several_models_have_a_spread() -> None:
    assert cells(evaluation_tables(make_evaluation([0.5, 0.7]))["corpora"])["all"]["± sd"]


def test_every_class_has_its_recall() -> None:
    evaluation = make_evaluation([0.6], make_utterances(speakers=24))
    table = evaluation_tables(evaluation)["classes"]
    rows = cells(table)
    assert list(rows) == [label.replace("_", " ") for label in evaluation.classes]
    (first, *_) = evaluation.class_scores.values()
    assert next(iter(rows.values()))["recall"] == f"{100 * first.recall:.1f}"
    assert FEW_NOTE not in table.notes


def test_groups_are_set_against_the_rest() -> None:
    utterances = make_utterances(speakers=24)
    names = utterances["speaker"].str[1:].astype(int)
    utterances["gender"] = ["female" if name % 4 < 2 else "male" for name in names]
    table = evaluation_tables(make_evaluation([0.6], utterances))["groups"]
    assert [row[:2] for row in table.rows] == [
        ["corpus", "alpha"],
        ["corpus", "beta"],
        ["gender", "female"],
        ["gender", "male"],
    ]
    first, second = ([*row.values()] for row in (dict(enumerate(r)) for r in table.shown[2:]))
    assert float(first[6]) == -float(second[6])  # as far apart from either side


def test_without_groups_there_is_no_table_of_them() -> None:
    assert list(evaluation_tables(replace(make_evaluation(), groups={}))) == ["corpora", "classes"]


def test_it_is_said_what_was_not_trained_on() -> None:
    told = replace(make_evaluation(), not_trained_on=["beta"])
    rows = cells(evaluation_tables(told)["corpora"])
    assert [row["trained on"] for row in rows.values()] == ["yes", "no", ""]
    everything = replace(told, not_trained_on=[])
    assert "trained on" not in cells(evaluation_tables(everything)["corpora"])["beta"]
