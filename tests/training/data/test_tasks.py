from pathlib import Path

import pytest

from pipeline.common.errors import UsageError
from pipeline.dataset.protocols import change_protocols
from pipeline.schema.record import CLASSES
from tests.conftest import MakeCorpus, MakeSpec
from tests.support.builds import build
from tests.support.shards import NANO
from training.config.recipe import load_recipe
from training.data.label_sets import category_classes
from training.data.protocols import FoldChoice
from training.data.row_choice import RowChoice
from training.data.tasks import Task, choose_task, load_task, stated_categories
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.evaluate import evaluate
from training.finetuning.train import train

MAPPING = {"ang": "negative", "happiness": "positive"}
FOLD = FoldChoice("loso", "3")


@pytest.fixture
def dataset(make_spec: MakeSpec, make_corpus: MakeCorpus, tmp_path: Path) -> Path:
    """One corpus of the codes ang, neu and hap, eight clips each, of four speakers."""
    build(make_spec("emo_db"), make_corpus("emo_db"), tmp_path / "dataset")
    change_protocols(str(tmp_path / "dataset"), ["loso"])
    return tmp_path / "dataset"


def test_classes_go_by_the_split_or_by_a_fold(dataset: Path) -> None:
    rows, classes = load_task(dataset, "six")
    assert (len(rows), classes) == (24, CLASSES)
    rows, classes = load_task(dataset, "categories", "train")
    assert classes == ("anger", "happiness", "neutral")
    assert set(rows["split"]) == {"train"}
    rows, classes = load_task(dataset, FOLD, "test", RowChoice(where="label_native = 'ang'"))
    assert (len(rows), classes) == (2, CLASSES)


def test_a_mapping_keeps_those_clips_of_a_fold_that_it_names(dataset: Path) -> None:
    rows, classes = load_task(dataset, choose_task(MAPPING, FOLD), "test")
    assert classes == ("negative", "positive")
    by_emotion = dict(zip(rows["emotion"], rows["label"], strict=True))
    assert (len(rows), by_emotion) == (4, {"anger": 0, "happiness": 1})


def test_classes_of_a_published_protocol_are_a_label_set(dataset: Path) -> None:
    for task in ("emobox", choose_task("emobox", FOLD)):
        rows, classes = load_task(dataset, task)
        assert classes == ("Angry", "Boredom", "Disgust", "Fear", "Happy", "Neutral", "Sad")
        assert {classes[label] for label in rows["label"]} == {"Angry", "Happy", "Neutral"}


@pytest.mark.parametrize(
    ("task", "classes", "stated"),
    [
        ("six", CLASSES, {"disgust": 0, "sadness": 0, "happiness": 5}),
        ("categories", ("anger", "boredom"), {"anger": 0, "boredom": 1}),
        ("four", ("happiness", "neutral"), {"excitement": 0, "happiness": 0, "neutral": 1}),
        ("native", ("ang", "hap"), {}),
        (MAPPING, ("negative", "positive"), {"happiness": 1}),
        ("emobox", ("Angry", "Sad"), {"anger": 0, "sadness": 1}),
        (FOLD, CLASSES, {"disgust": 0, "surprise": 4}),
        (choose_task("emobox", FOLD), ("Angry", "Sad"), {"anger": 0, "sadness": 1}),
    ],
)
def test_categories_have_the_classes_of_the_label_set(
    dataset: Path, task: Task, classes: tuple[str, ...], stated: dict[str, int]
) -> None:
    found = stated_categories(dataset, task, ["emo_db"], classes)["emo_db"]
    assert stated.items() <= found.items()
    if task not in ("six", FOLD):
        assert {category: found[category] for category in found if category != "ang"} == stated


def test_a_corpus_places_categories_by_its_own_word() -> None:
    assert category_classes("six", "vivae")["surprise"] == "high_positive"
    assert category_classes("six", "no_such")["disgust"] == "low_negative"


def test_a_name_of_classes_and_a_protocol_do_not_go_together() -> None:
    assert choose_task("six", FOLD) == FOLD
    assert choose_task("four", None) == "four"
    with pytest.raises(UsageError, match="says which classes it scores"):
        choose_task("four", FOLD)


def test_models_and_baselines_learn_a_mapping_in_a_fold(dataset: Path, tmp_path: Path) -> None:
    file = tmp_path / "valence.yaml"
    file.write_text("ang: negative\nhappiness: positive\n")
    fold = [f"data.label_set={file}", "data.protocol=loso", "data.fold=3"]
    train(load_recipe("tiny", [*NANO, "optimizer.epochs=1", *fold]), dataset, tmp_path / "model")
    scored = [
        evaluate(tmp_path / "model", dataset, fold=FOLD),
        run_baseline(Baseline("majority"), dataset, task=choose_task(MAPPING, FOLD)),
    ]
    for found in scored:
        assert found.classes == ["negative", "positive"]
        assert found.overall.utterances == 4
        assert found.notes[1] == "of its clips, those of the classes negative, positive"
