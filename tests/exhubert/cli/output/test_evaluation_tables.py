import io
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from exhubert.cli.output.evaluation_tables import (
    comparison_table,
    not_trained_on_remarks,
    print_evaluation,
    scores_table,
    systems_table,
)
from tests.support.made_up import make_evaluation, make_utterances
from training.evaluation.compare import compare
from training.metrics.intervals import FEW_NOTE
from training.metrics.not_trained_on import NOT_TRAINED_ON_NOTE


def lines_of(table: Table) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=120).print(table)
    return out.getvalue().splitlines()


def marked(table: Table) -> dict[str, bool]:
    """Whether the line of each name holds a marked interval."""
    rows = [line.strip("│┃ ") for line in lines_of(table)]
    return {row.partition(" ")[0]: "* " in row for row in rows if "│" in row}


def test_intervals_of_few_speakers_are_marked_corpus_by_corpus() -> None:
    twelve = make_evaluation([0.6], make_utterances(speakers=12))  # six in each corpus
    table = scores_table("title", twelve.overall, twelve.corpora)
    assert marked(table) == {"alpha": True, "beta": True, "all": False}
    assert FEW_NOTE in " ".join(" ".join(lines_of(table)).split())


def test_nothing_is_marked_or_explained_where_there_are_enough_speakers() -> None:
    many = make_evaluation([0.6], make_utterances(speakers=24))
    table = scores_table("title", many.overall, many.corpora)
    assert marked(table) == {"alpha": False, "beta": False, "all": False}
    assert "*" not in " ".join(lines_of(table))


def test_a_single_speaker_has_no_interval() -> None:
    one = make_evaluation([0.6], make_utterances(speakers=1))
    assert "–*" in " ".join(lines_of(scores_table("title", one.overall, one.corpora)))


def test_tables_of_a_comparison_are_marked_alike() -> None:
    good, bad = (make_evaluation([skill], make_utterances(speakers=12)) for skill in (0.9, 0.2))
    differences = comparison_table(compare(good, bad, ("good", "bad")))
    assert marked(differences) == {"alpha": True, "beta": True, "all": False}
    few = {"few": make_evaluation([0.9], make_utterances(speakers=4))}
    assert marked(systems_table(few)) == {"few": True}


def test_no_difference_is_no_negative_zero() -> None:
    same = make_evaluation([0.6], make_utterances(speakers=12))
    text = " ".join(lines_of(comparison_table(compare(same, same, ("a", "b")))))
    assert "+0.0" in text
    assert "-0" not in text


def test_what_must_be_known_stands_below_the_scores() -> None:
    out = io.StringIO()
    evaluation = make_evaluation([0.6], make_utterances(speakers=4))
    print_evaluation(evaluation, Console(file=out, width=120))
    assert "Only 4 speakers: the intervals are too narrow." in out.getvalue()
    assert "reference ↓, predicted →" in out.getvalue()


def test_corpora_that_training_did_not_hear_are_marked() -> None:
    evaluation = make_evaluation([0.6], make_utterances(speakers=24))
    told = replace(evaluation, not_trained_on=["beta"])
    out = io.StringIO()
    print_evaluation(told, Console(file=out, width=120))
    assert "beta†" in out.getvalue()
    assert "alpha†" not in out.getvalue()
    assert NOT_TRAINED_ON_NOTE in out.getvalue()
    assert not_trained_on_remarks(told) == ["not trained on beta"]
    pair = compare(told, evaluation, ("a", "b"))
    assert "beta†" in " ".join(lines_of(comparison_table(pair, {"beta"})))
    for unknown_or_none in (None, []):
        assert not not_trained_on_remarks(replace(evaluation, not_trained_on=unknown_or_none))
