"""Runs whose rows carry different labels: six classes, emotion categories, ratings, or some."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
import torch

from pipeline.common.errors import UsageError
from tests.support.rated_shards import EMOTIONS, recipe, write_rated
from tests.support.shards import run_command, tone
from tests.training.conftest import SMALL_HUBERT
from training.data.dataset import Utterances, collate
from training.data.index import load_index
from training.data.sampling import EpochBatches, Mixture, expected_repeats
from training.data.targets import UNLABELLED, HeadLabels
from training.evaluation.evaluate import evaluate
from training.finetuning.objective import build_objective
from training.finetuning.optimizer import parameter_groups
from training.finetuning.run_plan import plan_run
from training.finetuning.train import train
from training.inference.classifier import Classifier
from training.inference.load_model import load_model
from training.model.build import build_model, save_model
from training.model.losses import ClassLoss


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rated(tmp_path_factory.mktemp("rated"))


@pytest.fixture(scope="module")
def model(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("models") / "multitask"
    train(recipe(), dataset, output)
    return output


def test_rows_are_kept_for_the_heads_that_can_use_them(dataset: Path) -> None:
    assert len(load_index(dataset, "train")) == 18 + 6
    assert len(load_index(dataset, "train", also=["emotion"])) == 18 + 12
    whole = load_index(dataset, "train", also=["emotion", "arousal"])
    assert len(whole) == 18 + 18
    assert (whole["label"] == UNLABELLED).sum() == 12
    assert len(plan_run(recipe(), dataset).index) == len(whole)
    assert len(plan_run(recipe("heads.emotion=0", "heads.ratings=0"), dataset).index) == 24


def test_heads_learn_what_the_training_rows_carry(dataset: Path) -> None:
    heads = plan_run(recipe(), dataset).heads
    assert set(heads.emotions) == {*EMOTIONS, "fear"}
    assert heads.dimensions == ("arousal", "valence")
    assert plan_run(recipe("heads.ratings=0"), dataset).heads.dimensions == ()


def test_batch_carries_the_targets_of_its_heads(dataset: Path) -> None:
    index = load_index(dataset, "train", also=["emotion", "arousal"])
    heads = HeadLabels(EMOTIONS, ("arousal", "dominance"))
    utterances = Utterances(index, heads=heads)
    rows = [0, len(index) - 1, len(index) - 2]
    batch = collate([utterances[row] for row in rows])
    targets = heads.targets(index)
    assert batch["labels"].tolist() == targets["labels"][rows].tolist()
    assert batch["emotion_labels"].tolist() == targets["emotion_labels"][rows].tolist()
    np.testing.assert_array_equal(batch["rating_labels"], targets["rating_labels"][rows])
    plain = collate([Utterances(index)[0]])
    assert set(plain) == {"input_values", "attention_mask", "labels"}


def test_priors_are_the_shares_that_an_epoch_shows(dataset: Path) -> None:
    plan = plan_run(recipe("sampling.class_balance=1.0", "sampling.temperature=2"), dataset)
    shown = np.zeros(len(plan.index))
    epochs = 40
    batches = plan.batches()
    for epoch in range(epochs):
        batches.set_epoch(epoch)
        for batch in batches:
            np.add.at(shown, [draw.row for draw in batch], 1 / epochs)
    np.testing.assert_allclose(shown, expected_repeats(plan.index, plan.mixture), atol=2 / epochs)
    loss = build_objective(plan).losses[0]
    assert isinstance(loss, ClassLoss)
    shift = loss.shift
    assert shift is not None
    counts = np.bincount(
        plan.index["label"].clip(lower=0), shown * (plan.index["label"] != UNLABELLED)
    )
    expected = (counts + 1) / (counts + 1).sum()
    np.testing.assert_allclose(shift.exp(), expected, atol=0.01)


@pytest.mark.parametrize("world", [1, 2, 3, 5])
def test_processes_share_the_batches_of_one(dataset: Path, world: int) -> None:
    index = load_index(dataset, "train")
    durations = index["duration"].to_numpy()

    def batches(rank: int, world: int) -> EpochBatches:
        return EpochBatches(index, durations, Mixture(), 5, seed=3, rank=rank, world=world)

    alone = list(batches(0, 1))
    shares = [list(batches(rank, world)) for rank in range(world)]
    assert {len(share) for share in shares} == {len(batches(0, world))}
    together = [batch for turn in zip(*shares, strict=True) for batch in turn]
    assert together[: len(alone)] == alone
    assert together[len(alone) :] == alone[: len(together) - len(alone)]


def test_run_scores_every_head(model: Path, dataset: Path) -> None:
    told = json.loads((model / "provenance.json").read_text(encoding="utf-8"))
    assert told["validation"]["overall"]["utterances"] == 9 + 3
    heads = told["validation"]["heads"]
    assert heads["emotion"]["utterances"] == 9 + 3
    assert set(heads["ratings"]) == {"arousal", "valence"}
    assert heads["ratings"]["arousal"]["utterances"] == 6
    measured = [entry for entry in told["history"] if "eval_uar" in entry]
    assert len(measured) == 2
    assert {"eval_emotion_uar", "eval_arousal_ccc"} <= measured[0].keys()
    result = evaluate(model, dataset, "test")
    assert result.overall.utterances == 9 + 3
    assert result.heads is not None
    assert result.heads.emotion is not None
    assert result.heads.emotion.utterances == 9 + 3
    assert set(result.head_corpora) == {"alpha", "beta"}
    assert result.head_corpora["alpha"].ratings == {}


def test_evaluate_prints_further_heads(
    model: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command("evaluate", "--model", str(model), "--data", str(dataset)) == 0
    out = capsys.readouterr().out
    assert "Further heads: emotion UAR" in out
    assert "valence CCC" in out


def test_card_names_heads_and_scores(model: Path) -> None:
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "Emotion categories: " in card
    assert "Ratings in [0, 1]: arousal, valence." in card
    assert "| emotion | 12 | UAR" in card
    assert "| arousal | 6 | CCC" in card


def test_every_head_is_averaged_over_windows(model: Path) -> None:
    classifier = Classifier.from_pretrained(model, window=1.0)
    heads = classifier.trained.heads
    result = classifier.predict((np.concatenate([tone(0, 1.3), tone(5, 0.9)]), 16_000))
    assert len(result.windows) == 4
    assert result.emotions is not None
    assert result.ratings is not None
    assert tuple(result.emotions) == heads.emotions
    assert sum(result.emotions.values()) == pytest.approx(1, abs=1e-3)
    assert result.emotion == max(result.emotions, key=lambda name: result.emotions[name])
    assert tuple(result.ratings) == heads.dimensions == ("arousal", "valence")
    for field in ("probabilities", "emotions", "ratings"):
        for name, value in getattr(result, field).items():
            windows = [getattr(window, field)[name] for window in result.windows]
            assert value == pytest.approx(np.mean(windows), abs=1e-4)


def test_windows_say_what_the_model_says_of_their_samples(model: Path) -> None:
    classifier = Classifier.from_pretrained(model, window=1.0)
    recording = np.concatenate([tone(0, 1.0), tone(5, 1.0)])
    for window in classifier.predict((recording, 16_000)).windows:
        part = recording[round(window.start * 16_000) : round(window.end * 16_000)]
        alone = classifier.predict((part, 16_000))
        assert alone.emotions == pytest.approx(window.emotions, abs=2e-4)
        assert alone.ratings == pytest.approx(window.ratings, abs=2e-4)


def test_predict_prints_further_heads_in_every_form(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.wav"
    sf.write(path, tone(2, 1.0), 16_000)
    heads = load_model(model).heads

    def printed(*arguments: str) -> str:
        assert run_command("predict", "--model", str(model), str(path), *arguments) == 0
        return capsys.readouterr().out

    told = json.loads(printed("--json"))
    assert set(told["emotions"]) == set(heads.emotions)
    assert told["windows"][0]["ratings"] == told["ratings"]
    row = pd.read_csv(io.StringIO(printed("--csv"))).iloc[0]
    assert row["emotion"] == told["emotion"]
    assert row["rating_arousal"] == told["ratings"]["arousal"]
    assert {name: row[f"emotion_{name}"] for name in heads.emotions} == told["emotions"]
    assert list(row.index[-2:]) == ["rating_arousal", "rating_valence"]
    assert "ratings in [0, 1]" in printed()


def test_head_that_is_missing_is_not_mentioned(tmp_path: Path) -> None:
    model = build_model(None, heads=HeadLabels(dimensions=("dominance",)), config=SMALL_HUBERT)
    save_model(model, tmp_path)
    result = Classifier.from_pretrained(tmp_path).predict((tone(1), 16_000))
    assert result.emotion is None
    assert result.emotions is None
    told = result.to_dict()
    assert list(told["ratings"]) == ["dominance"]
    assert told.keys().isdisjoint(("emotion", "emotions"))
    assert told["windows"][0].keys().isdisjoint(("emotion", "emotions"))


def test_every_head_learns(model: Path, dataset: Path) -> None:
    start = plan_run(recipe(), dataset)

    fresh = build_model(None, heads=start.heads, config=recipe().model.config).state_dict()
    for name, weight in load_model(model).model.state_dict().items():
        if name.endswith("classifier.weight") or name == "rater.weight":
            assert not torch.equal(weight, fresh[name])


def test_recipe_of_an_older_version_still_says_how_clips_were_seen(
    model: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for file in model.iterdir():
        (old / file.name).write_bytes(file.read_bytes())
    (old / "training_config.yaml").write_text(
        "name: tiny\ndata: {longest: 7.5}\noptimizer: {label_smoothing: 0.1}\n", encoding="utf-8"
    )
    assert load_model(old).data.longest == 7.5


def test_fp16_without_a_gpu_is_a_usage_error(dataset: Path, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(UsageError, match=r"run\.precision=fp16 needs a GPU"):
        train(recipe("run.precision=fp16"), dataset, tmp_path / "model")


def test_curves_precision_and_rates_by_layer_work_together(dataset: Path, tmp_path: Path) -> None:
    output = tmp_path / "model"
    told = train(
        recipe(
            "run.report_to=[tensorboard]",
            "run.log_every=1",
            "run.precision=bf16",
            "optimizer.head_learning_rate=0.01",
            "optimizer.layer_decay=0.5",
            "optimizer.epochs=1",
        ),
        dataset,
        output,
    )
    assert told.heads is not None
    assert list((output / "tensorboard").glob("events.*"))
    history = json.loads((output / "provenance.json").read_text(encoding="utf-8"))["history"]
    assert sum("loss" in entry for entry in history) == 5  # 36 utterances, 8 a step


def test_heads_learn_at_their_own_rate_and_lower_layers_slower() -> None:
    model = build_model(None, heads=HeadLabels(("joy",)), config=SMALL_HUBERT)
    model.freeze_original_layers()
    rates = {
        id(weight): (group["lr"], group["weight_decay"])
        for group in parameter_groups(model, {"classifier.weight"}, 1.0, 0.1, 10.0, 0.5)
        for weight in group["params"]
    }
    named = {n: rates[id(w)] for n, w in model.named_parameters() if w.requires_grad}
    assert len(rates) == len(named)
    assert named["classifier.weight"] == (10.0, 0.1)
    assert named["emotion_classifier.weight"] == (10.0, 0.0)
    assert named["hubert.encoder.layers.2.copy_linear.weight"] == (1.0, 0.0)
    assert named["hubert.encoder.layers.0.copy.attention.q_proj.weight"] == (0.25, 0.0)
    assert named["hubert.feature_projection.projection.weight"] == (0.125, 0.0)
