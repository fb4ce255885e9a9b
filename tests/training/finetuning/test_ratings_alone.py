"""A corpus of ratings without classes: trained, chosen, scored, asked and exported by itself."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from exhubert.cli.main import main
from pipeline.common.errors import DataError, UsageError
from tests.support.pairs import note_pairs
from tests.support.shards import NANO, record, tone, write_shards
from training.config.recipe import load_recipe
from training.evaluation.evaluate import evaluate
from training.evaluation.ratings import evaluate_ratings
from training.finetuning.run_plan import plan_run
from training.finetuning.train import train
from training.inference.load_model import load_model, rates_only

pytestmark = pytest.mark.slow

RATINGS = [
    *NANO,
    "optimizer.epochs=8",
    "optimizer.learning_rate=5e-3",
    "run.evaluate_every=2",
    "data.speed=0",
    "heads.ratings=1",
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tones: the higher, the more aroused and the less pleased."""
    folder = tmp_path_factory.mktemp("rated")
    rows = []
    for split, size in {"train": 48, "validation": 18, "test": 18}.items():
        for number in range(size):
            pitch = number % 6
            rated = {"arousal": pitch / 5, "valence": 1 - pitch / 5, "emotion": None}
            row = record("alpha", split, number, pitch, **rated)
            rows.append({**row, "label": None})
    write_shards(folder, rows)
    return folder


@pytest.fixture(scope="module")
def model(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "ratings"
    result = train(load_recipe("tiny", RATINGS), dataset, folder)
    assert result.validation is None
    assert result.heads is not None
    assert result.heads.ccc is not None
    return folder


def test_ratings_are_learnt_without_classes(dataset: Path) -> None:
    plan = plan_run(load_recipe("tiny", RATINGS), dataset)
    assert (plan.classes, plan.chosen_by) == ((), "ccc")
    with pytest.raises(DataError, match="nothing to learn"):
        plan_run(load_recipe("tiny", NANO), dataset)


def test_the_checkpoint_of_the_best_ccc_is_kept(model: Path, dataset: Path) -> None:
    told = json.loads((model / "provenance.json").read_text(encoding="utf-8"))
    measured = [entry["eval_ccc"] for entry in told["history"] if "eval_ccc" in entry]
    assert len(measured) == 4
    heads = told["validation"]["heads"]["ratings"]
    kept = np.mean([found["ccc"] for found in heads.values()])
    assert kept == pytest.approx(max(measured), abs=1e-4)
    assert told["validation"]["overall"] is None
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "Ratings of speech emotion, and no classes." in card
    assert "| arousal | 18 | CCC" in card


def test_a_split_is_scored_by_ccc(
    model: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = evaluate_ratings([model], dataset)
    assert found.heads.ratings["arousal"].utterances == 18
    assert found.heads.ratings["arousal"].ccc > 0.2
    assert found.speakers.independent
    file = tmp_path / "scores.json"
    line = ["evaluate", "--model", str(model), "--data", str(dataset), "--output", str(file)]
    assert main(line) == 0
    out = capsys.readouterr().out
    assert "arousal" in out
    assert "speaker-independent" in out
    assert json.loads(file.read_text())["heads"]["ratings"] == found.heads.to_dict()["ratings"]
    assert main([*line, "--protocol", "loso", "--fold", "1"]) == 2
    with pytest.raises(UsageError, match="knows no classes"):
        evaluate(model, dataset)


def test_a_recording_that_training_had_in_another_form_is_noted(
    model: Path, dataset: Path, tmp_path: Path
) -> None:
    shutil.copytree(dataset, tmp_path / "data")
    note_pairs(tmp_path / "data", [("sum of alpha/train_000", "sum of alpha/test_000")])
    (note,) = evaluate_ratings([model], tmp_path / "data").notes
    assert note == "the audio of 1 of 18 utterances, 1 of them in another form, WAS in training"


def test_recordings_get_ratings_and_no_class(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rates_only(model)
    assert load_model(model).classes == []
    clip = tmp_path / "clip.wav"
    sf.write(clip, tone(2), 16_000)
    line = ["predict", "--model", str(model), str(clip)]
    assert main([*line, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["label"], told["probabilities"]) == (None, {})
    assert set(told["ratings"]) == {"arousal", "valence"}
    assert main(line) == 0
    out = capsys.readouterr().out
    assert "valence" in out
    assert "class" not in out
    assert main([*line, "--csv"]) == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert len(heading.split(",")) == len(row.split(","))


def test_an_export_has_ratings_alone(model: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    from training.inference.onnx_export import export_onnx

    assert export_onnx(load_model(model), tmp_path / "model.onnx").outputs == ("ratings",)


def test_a_dry_run_and_a_second_training_work(
    model: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["train", "--data", str(dataset), "--config", "tiny", *RATINGS, "optimizer.epochs=1"]
    assert main([*line, "--output", str(tmp_path / "dry"), "--dry-run"]) == 0
    capsys.readouterr()
    further = [one for one in line if not one.startswith("model.config")]
    further += [f"model.base={model}", "model.config={}", "--output", str(tmp_path / "further")]
    assert main(further) == 0
    assert "Validation CCC" in capsys.readouterr().out
