from pathlib import Path

import pytest

from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.protocols import change_protocols
from tests.support.shards import write_tones
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


def test_datasets_without_a_manifest_are_told_apart(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "other"):
        data = write_tones(tmp_path / name, {"train": 2, "test": 1}, ("alpha", "beta"))
        (data / "manifest.json").unlink()
        keys.add(plan_benchmark(data, "leave-one-corpus-out").dataset_key)
    assert len(keys) == 2


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


def test_a_named_label_set_is_the_protocol_of_that_name(dataset: Path) -> None:
    with pytest.raises(UsageError, match="--add loso-native"):
        plan_benchmark(dataset, "loso", label_set="native")
    change_protocols(str(dataset), ["loso-native"])
    plan = plan_benchmark(dataset, "loso", label_set="native")
    assert (plan.protocol, plan.label_set, plan.native) == ("loso-native", None, True)
    assert plan == plan_benchmark(dataset, "loso-native")
    with pytest.raises(UsageError, match="give one of the two"):
        plan_benchmark(dataset, "loso-native", label_set="four")
    change_protocols(str(dataset), ["angry"])
    with pytest.raises(UsageError, match="classes of its own in bells"):
        plan_benchmark(dataset, "angry", label_set="six")


def test_a_mapping_scores_those_clips_of_a_protocol_that_it_names(dataset: Path) -> None:
    change_protocols(str(dataset), ["loso-native"])
    mapping = {"ang": "negative", "happiness": "positive"}
    plan = plan_benchmark(dataset, "loso-native", ["tones"], mapping)
    assert {(run.train + run.validation, run.test) for run in plan.runs} == {(12, 4)}
    assert not plan.native
    assert plan.notes == []


def test_clips_that_have_a_class_and_no_fold_are_counted(dataset: Path) -> None:
    change_protocols(str(dataset), ["angry"])
    mapping = {"ang": "a", "hap": "b", "neu": "b"}
    with pytest.raises(DataError, match=r"16 clips of bells have a class and no.*angry-native"):
        plan_benchmark(dataset, "angry", ["bells"], mapping)


def test_each_corpus_is_left_out_once(dataset: Path) -> None:
    plan = plan_benchmark(dataset, "leave-one-corpus-out", label_set="categories")
    assert [(run.corpus, run.fitted.corpora, run.test) for run in plan.runs] == [
        ("bells", ("tones",), 24),
        ("tones", ("bells",), 24),
    ]
    assert all(0 < run.train < 24 for run in plan.runs)
    with pytest.raises(UsageError, match="in one corpus only"):
        plan_benchmark(dataset, "leave-one-corpus-out", label_set="native")
    with pytest.raises(UsageError, match="two corpora or more"):
        plan_benchmark(dataset, "leave-one-corpus-out", ["tones"])
