import json
from pathlib import Path
from typing import Any

import pytest

import exhubert
from pipeline.common.errors import DataError, UsageError
from pipeline.dataset.protocols import change_protocols
from pipeline.schema.record import SPLITS
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build
from tests.support.shards import NANO
from training.config.recipe import load_recipe
from training.data.manifest import content_checksum
from training.data.protocols import (
    FoldChoice,
    as_trained,
    describe_choice,
    fold_classes,
    load_fold,
    read_protocol,
)
from training.data.row_choice import RowChoice
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.evaluate import evaluate
from training.evaluation.train_test_overlap import training_clips
from training.finetuning.train import train


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    build(make_spec(), make_corpus(), tmp_path / "dataset")
    change_protocols(str(tmp_path / "dataset"), ["loso"])
    return tmp_path / "dataset"


def test_a_protocol_is_read_as_it_was_written(dataset: Path) -> None:
    protocol = exhubert.read_protocol(dataset, "loso")
    assert [fold.name for fold in protocol.folds["tones"]] == ["1", "2", "3", "4"]
    assert protocol.label_set == {"tones": "six"}
    assert protocol.leaks == {"tones": dict.fromkeys("1234", (0, 0))}
    parts = protocol.parts("s02")
    assert parts["part"].value_counts().to_dict() == {"train": 18, "test": 6}


def test_a_protocol_that_is_not_there_is_named(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no protocol 'lozo'; did you mean 'loso'.*--add lozo"):
        read_protocol(dataset, "lozo")
    with pytest.raises(UsageError, match="missing"):
        read_protocol(tmp_path / "nothing", "loso")


def test_a_damaged_manifest_is_no_traceback(dataset: Path) -> None:
    content = json.loads((dataset / "manifest.json").read_text())
    content["protocols"]["loso"]["corpora"] = 3
    (dataset / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"protocols\.loso\.corpora"):
        read_protocol(dataset, "loso")


def test_a_model_of_an_earlier_release_was_trained_in_the_fold_of_that_name(dataset: Path) -> None:
    stage: dict[str, Any] = {
        "dataset": {"content_sha256": content_checksum(dataset, "loso")},
        "recipe": {"data": {"protocol": "loso", "fold": "3"}},
        "heads": {"emotions": [], "dimensions": []},
    }
    clips = training_clips(stage, dataset)
    content = json.loads((dataset / "manifest.json").read_text())
    content["protocols"]["loso"]["corpora"]["tones"]["folds"][0]["held_out"] = ["3"]
    (dataset / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(UsageError, match="say which"):
        load_fold(dataset, FoldChoice("loso", "3"))
    folds = [as_trained(dataset, FoldChoice("loso", fold), RowChoice()).fold for fold in "23"]
    assert folds == ["2", "name=3"]
    stage["dataset"]["content_sha256"] = content_checksum(dataset, "loso")
    assert clips
    assert training_clips(stage, dataset) == clips


def test_parts_of_a_fold_share_no_speaker(dataset: Path) -> None:
    every, _ = load_fold(dataset, FoldChoice("loso", "3"))
    speakers = every.groupby("split")["speaker"].agg(set).to_dict()
    assert speakers["test"] == {"tones:s02"}
    assert len(speakers["validation"]) == 1
    assert set.union(*speakers.values()) == {f"tones:s{n:02d}" for n in range(4)}
    assert sum(map(len, speakers.values())) == 4
    parts = [load_fold(dataset, FoldChoice("loso", "3"), part)[0] for part in SPLITS]
    assert [len(part) for part in parts] == [12, 6, 6]
    assert set(every["label"]) == {1, 3, 5}


def test_classes_of_a_label_set_are_indices(dataset: Path) -> None:
    change_protocols(str(dataset), ["loso-native"])
    protocol = read_protocol(dataset, "loso-native")
    assert fold_classes(protocol) == ("ang", "hap", "neu")
    rows, _ = load_fold(dataset, FoldChoice("loso-native", "1"), "test")
    assert sorted(zip(rows["emotion"], rows["label"], strict=True)) == [
        *[("anger", 0)] * 2,
        *[("happiness", 1)] * 2,
        *[("neutral", 2)] * 2,
    ]
    with pytest.raises(UsageError, match="scores neu, which is not among the classes ang, hap"):
        load_fold(dataset, FoldChoice("loso-native", "1"), classes=["ang", "hap"])


def test_a_fold_is_told_without_the_mark_of_its_name() -> None:
    assert str(FoldChoice("loso", "name=10")) == "fold 10 of protocol loso"


def test_leaks_stand_beside_a_score(dataset: Path) -> None:
    assert describe_choice(dataset, FoldChoice("loso", "2"), ["tones"]) == [
        "fold 2 of protocol loso: each speaker once as the test part",
        "in tones, it holds out s01",
    ]


def test_training_and_evaluation_go_by_a_fold(dataset: Path, tmp_path: Path) -> None:
    change_protocols(str(dataset), ["loso-native"])
    where = ["data.protocol=loso-native", "data.fold=3"]
    result = train(
        load_recipe("tiny", [*NANO, "optimizer.epochs=1", *where]), dataset, tmp_path / "m"
    )
    assert result.validation is not None
    assert result.validation.utterances == 6
    choice = FoldChoice("loso-native", "3")
    evaluation = evaluate(tmp_path / "m", dataset, fold=choice)
    assert evaluation.classes == ["ang", "hap", "neu"]
    assert evaluation.overall.utterances == 6
    assert set(evaluation.predictions.utterances["speaker"]) == {"tones:s02"}
    assert evaluation.speakers.independent
    assert evaluation.notes == [
        "fold 3 of protocol loso-native: each speaker once as the test part",
        "in tones, it holds out s02",
    ]
    assert "Trained in fold 3 of protocol `loso-native`" in (tmp_path / "m/README.md").read_text()
    with pytest.raises(UsageError, match="--protocol"):
        evaluate(tmp_path / "m", dataset)
    overlap = evaluate(tmp_path / "m", dataset, "train", fold=choice)
    assert any("WAS in training" in note for note in overlap.notes)


def test_a_baseline_goes_by_a_fold(dataset: Path) -> None:
    change_protocols(str(dataset), ["loso-native"])
    result = run_baseline(Baseline("majority"), dataset, task=FoldChoice("loso-native", "3"))
    assert result.classes == ["ang", "hap", "neu"]
    assert result.overall.utterances == 6
    assert result.speakers.independent
    assert result.notes[0].startswith("fold 3 of protocol loso-native")


def test_a_condition_narrows_every_part_of_a_fold(dataset: Path) -> None:
    every, _ = load_fold(dataset, FoldChoice("loso", "3"))
    some, _ = load_fold(
        dataset, FoldChoice("loso", "3"), rows=RowChoice(where="label_native = 'ang'")
    )
    assert 0 < len(some) < len(every)
    assert set(some["emotion"]) == {"anger"}
    assert set(some["split"]) == set(every["split"])
