from pathlib import Path

import pytest

from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.protocols import change_protocols
from training.evaluation.benchmark.plan import plan_benchmark, twin_of


def test_every_fold_of_every_corpus_is_a_run(dataset: Path) -> None:
    plan = plan_benchmark(dataset, "loso")
    assert plan.corpora == ["bells", "tones"]
    assert [(run.corpus, run.fold) for run in plan.runs] == [
        (corpus, fold) for corpus in ("bells", "tones") for fold in "1234"
    ]
    assert {(run.train + run.validation, run.test) for run in plan.runs} == {(18, 6)}
    assert (plan.twin, plan.leaks, plan.notes) == (None, {}, [])


def test_corpora_that_leak_are_run_under_the_twin_too(dataset: Path) -> None:
    plan = plan_benchmark(dataset, "takes", ["tones"])
    assert plan.twin == "takes-speaker-independent"
    assert plan.leaks == {"tones": 4}
    assert [run.protocol for run in plan.runs] == ["takes"] * 2 + [plan.twin] * 2


def test_a_twin_that_is_not_there_is_asked_for(dataset: Path) -> None:
    change_protocols(str(dataset), remove=["takes-speaker-independent"])
    plan = plan_benchmark(dataset, "takes")
    assert plan.twin is None
    assert "--add takes-speaker-independent" in plan.notes[0]


def test_a_protocol_added_meanwhile_changes_no_plan(dataset: Path) -> None:
    before = plan_benchmark(dataset, "loso")
    change_protocols(str(dataset), ["2-fold"])
    assert plan_benchmark(dataset, "loso") == before


def test_folds_that_cannot_be_run_are_named(dataset: Path) -> None:
    change_protocols(str(dataset), ["angry"])
    with pytest.raises(DataError, match=r"4 folds of bells \(1, 2, 3, 4\): fewer than two classes"):
        plan_benchmark(dataset, "angry")
    with pytest.raises(UsageError, match="no protocol 'lozo'"):
        plan_benchmark(dataset, "lozo")
    with pytest.raises(UsageError, match="no folds of corpus emo_db"):
        plan_benchmark(dataset, "loso", ["emo_db"])


def test_a_twin_keeps_its_label_set() -> None:
    assert twin_of("emobox-native") == "emobox-speaker-independent-native"
    assert twin_of("emobox-speaker-independent") is None
    assert twin_of("5-fold") is None
