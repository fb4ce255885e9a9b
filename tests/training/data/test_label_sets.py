from pathlib import Path

import pytest

from exhubert.cli.main import main
from pipeline.common.errors import UsageError
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build
from tests.support.shards import NANO
from training.config.label_set import read_label_set
from training.config.recipe import load_recipe
from training.data.label_sets import load_labelled
from training.data.row_choice import RowChoice
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.evaluate import evaluate
from training.finetuning.train import train

FAST = [*NANO, "optimizer.epochs=1", "run.evaluate_every=1"]


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    """One corpus of the codes ang, neu and hap, eight clips each."""
    build(make_spec(), make_corpus(), tmp_path / "dataset")
    return tmp_path / "dataset"


def test_named_sets_are_found_in_rows(dataset: Path) -> None:
    rows, classes = load_labelled(dataset, "categories")
    assert classes == ("anger", "happiness", "neutral")
    assert rows["label"].map(dict(enumerate(classes))).tolist() == rows["emotion"].tolist()
    assert load_labelled(dataset, "native")[1] == ("ang", "hap", "neu")
    rows, classes = load_labelled(dataset, "four")
    assert classes == ("anger", "happiness", "neutral", "sadness")
    assert (len(rows), set(rows["label"])) == (24, {0, 1, 2})


def test_a_mapping_takes_codes_and_categories_and_leaves_others_out(dataset: Path) -> None:
    rows, classes = load_labelled(dataset, {"ang": "negative", "happiness": "positive"})
    assert classes == ("negative", "positive")
    assert rows["label"].value_counts().to_dict() == {0: 8, 1: 8}


def test_rows_of_other_classes_than_asked_for_are_left_out(dataset: Path) -> None:
    rows, _ = load_labelled(dataset, "categories", classes=["neutral", "fear"])
    assert rows["label"].tolist() == [0] * 8


def test_classes_are_those_of_all_splits(dataset: Path) -> None:
    parts = [
        load_labelled(dataset, "categories", split) for split in ("train", "validation", "test")
    ]
    assert len({classes for _, classes in parts}) == 1
    assert sum(len(rows) for rows, _ in parts) == 24


def test_codes_of_several_corpora_are_no_label_set(
    dataset: Path, make_spec: MakeSpec, make_corpus: MakeCorpus
) -> None:
    build(make_spec("bells"), make_corpus("bells"), dataset)
    with pytest.raises(UsageError, match="codes mean something in one corpus only"):
        load_labelled(dataset, "native")
    assert load_labelled(dataset, "native", rows=RowChoice(["bells"]))[1] == ("ang", "hap", "neu")


def test_a_label_set_is_named_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "valence.yaml"
    file.write_text("anger: negative\nno: neutral\n")
    assert read_label_set("four") == "four"
    assert read_label_set(str(file)) == {"anger": "negative", "no": "neutral"}
    with pytest.raises(UsageError, match="expected six, categories, native, four, or a YAML"):
        read_label_set("fuor")


def test_a_recipe_reads_a_label_set_as_the_command_line_does(tmp_path: Path) -> None:
    file = tmp_path / "codes.yaml"
    file.write_text("1: anger\nno: neutral\n")
    setting = f"data.label_set={file}"
    assert load_recipe("tiny", [setting]).data.label_set == {"1": "anger", "no": "neutral"}
    file.unlink()
    with pytest.raises(UsageError, match=r"codes\.yaml: can't be read"):
        load_recipe("tiny", [setting])


def test_a_baseline_is_scored_in_the_classes_of_a_label_set(
    dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run_baseline(Baseline("majority"), dataset, "all", task="native")
    assert found.classes == ["ang", "hap", "neu"]
    assert found.overall.utterances == 24
    line = ["baseline", "--data", str(dataset), "--kind", "majority", "--split", "all"]
    assert main([*line, "--labels", "categories"]) == 0
    assert "happiness" in capsys.readouterr().out
    assert main([*line, "--labels", "four", "--protocol", "loso", "--fold", "1"]) == 2
    assert "says which classes it scores" in capsys.readouterr().err


def test_a_model_learns_a_label_set_and_is_scored_by_it(dataset: Path, tmp_path: Path) -> None:
    file = tmp_path / "valence.yaml"
    file.write_text("anger: negative\nhappiness: positive\n")
    recipe = load_recipe("tiny", [*FAST, f"data.label_set={file}"])
    file.unlink()
    train(recipe, dataset, tmp_path / "model")
    found = evaluate(tmp_path / "model", dataset, "all")
    assert found.classes == ["negative", "positive"]
    assert found.overall.utterances == 16
    assert "8 of 24 clips are not scored: the label set has no class for them (neutral)" in (
        found.notes
    )


def test_clips_whose_class_a_model_lacks_are_counted(
    dataset: Path, make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    build(make_spec("bells"), make_corpus("bells"), dataset)
    anger_and_joy = "data.where=\"emotion in ('anger', 'happiness')\""
    recipe = load_recipe("tiny", [*FAST, "data.label_set=categories", anger_and_joy])
    train(recipe, dataset, tmp_path / "model")
    found = evaluate(tmp_path / "model", dataset, "all")
    assert found.classes == ["anger", "happiness"]
    assert found.overall.utterances == 32
    assert found.notes[:2] == [
        f"8 of 24 clips of {corpus} are not scored: training lacks their classes (neutral)"
        for corpus in found.corpora
    ]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (["data.label_set=fuor"], "label_set"),
        (["data.label_set=four", "data.protocol=loso", "data.fold=1"], "give one of the two"),
    ],
)
def test_mistakes_in_recipes_are_named(setting: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load_recipe("tiny", setting)
