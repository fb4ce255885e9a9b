import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoFeatureExtractor,
    AutoModelForAudioClassification,
    Trainer,
    TrainerCallback,
)

from pipeline.common.errors import DataError
from pipeline.schema.record import CLASSES
from tests.support.shards import NANO, record, write_shards, write_tones
from training.config.recipe import Recipe, load_recipe
from training.data.index import load_index
from training.finetuning.train import train
from training.finetuning.trainer import ShardTrainer
from training.inference.batch import predict_index, predict_together
from training.inference.load_model import load_model
from training.model.outputs import Predictions

FAST = [*NANO, "optimizer.epochs=2", "run.evaluate_every=1"]


def recipe(*overrides: str) -> Recipe:
    return load_recipe("tiny", [*FAST, *overrides])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("tones"), {"train": 2, "validation": 1})


@pytest.fixture(scope="module")
def model(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("models") / "whole"
    train(recipe(), dataset, output)
    return output


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_model(folder).model.state_dict()


def test_transformers_alone_loads_the_result(model: Path) -> None:
    loaded = AutoModelForAudioClassification.from_pretrained(model)
    assert loaded.config.id2label == dict(enumerate(CLASSES))
    extractor = AutoFeatureExtractor.from_pretrained(model)
    assert (extractor.sampling_rate, extractor.do_normalize) == (16_000, True)
    assert (model / "model.safetensors").is_file()


def test_recipe_and_provenance_say_how_the_model_was_made(model: Path, dataset: Path) -> None:
    assert load_recipe(model / "training_config.yaml") == recipe()
    told = json.loads((model / "provenance.json").read_text(encoding="utf-8"))
    manifest = (dataset / "manifest.json").read_bytes()
    assert told["dataset"]["manifest_sha256"] == hashlib.sha256(manifest).hexdigest()
    assert told["dataset"]["corpora"] == {
        "alpha": {"train": 12, "validation": 6},
        "beta": {"train": 12, "validation": 6},
    }
    assert told["dataset"]["licences"] == {"alpha": ["CC0-1.0"], "beta": ["CC0-1.0"]}
    assert told["training_speakers"] == [
        f"{corpus}:train{number}" for corpus in ("alpha", "beta") for number in range(3)
    ]
    assert told["versions"]["torch"].partition("+")[0] == torch.__version__.partition("+")[0]
    assert told["validation"]["overall"]["utterances"] == 12
    assert set(told["validation"]["corpora"]) == {"alpha", "beta"}
    assert told["parameters"]["trainable"] == told["parameters"]["total"]


def test_model_card_names_data_licences_and_scores(model: Path) -> None:
    card = (model / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\n")
    assert "library_name: transformers\n" in card
    assert "| alpha | 12 | 6 | CC0-1.0 |" in card
    assert "| all | 12 |" in card
    interval = card.partition("| all | 12 |")[2].split("|")[1]
    assert interval.strip().endswith(r"\*")  # of two speakers in all
    assert r"\* fewer than 10 speakers" in card


def test_last_epochs_have_a_loss_even_if_the_next_measurement_was_further_away(
    dataset: Path, tmp_path: Path
) -> None:
    train(recipe("optimizer.epochs=3", "run.evaluate_every=2"), dataset, tmp_path / "run")
    told = json.loads((tmp_path / "run" / "provenance.json").read_text(encoding="utf-8"))
    losses = [entry["epoch"] for entry in told["history"] if "loss" in entry]
    measured = [entry["epoch"] for entry in told["history"] if "eval_uar" in entry]
    assert losses == measured == [2, 3]


def test_operations_are_those_that_transformers_counts(
    model: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def operations(folder: Path) -> float:
        told = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        return next(entry["total_flos"] for entry in told["history"] if "total_flos" in entry)

    monkeypatch.setattr(ShardTrainer, "floating_point_ops", Trainer.floating_point_ops)
    train(recipe(), dataset, tmp_path / "model")
    assert operations(model) == operations(tmp_path / "model") > 0


def test_same_seed_gives_the_same_weights_and_another_seed_others(
    model: Path, dataset: Path, tmp_path: Path
) -> None:
    other = train(recipe("run.seed=1", "optimizer.epochs=1"), dataset, tmp_path / "other")
    changed = weights(other.output)["classifier.weight"]
    assert not torch.equal(changed, weights(model)["classifier.weight"])


def test_without_validation_the_last_state_is_kept(tmp_path: Path) -> None:
    data = write_tones(tmp_path / "data", {"train": 2}, corpora=("alpha",))
    result = train(recipe("optimizer.epochs=1"), data, tmp_path / "model")
    assert result.validation is None
    assert "no validation split" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert load_model(result.output).classes == list(CLASSES)


def test_early_stopping_and_other_switches_work_together(dataset: Path, tmp_path: Path) -> None:
    result = train(
        recipe(
            "run.patience=1",
            "optimizer.epochs=6",
            "optimizer.learning_rate=1e-9",
            "optimizer.accumulate=2",
            "loss.class_weights=balanced",
            "model.gradient_checkpointing=true",
            "model.freeze_originals=true",
            "model.freeze_feature_encoder=true",
            "data.workers=1",
        ),
        dataset,
        tmp_path / "model",
    )
    told = json.loads((result.output / "provenance.json").read_text(encoding="utf-8"))
    assert told["steps"] < 6 * 2
    assert 0 < told["parameters"]["trainable"] < told["parameters"]["total"]


def test_train_split_without_labels_is_a_data_error(tmp_path: Path) -> None:
    write_shards(tmp_path, [record("alpha", "train", 0, None)])
    with pytest.raises(DataError, match="no labelled utterances in split 'train'"):
        train(recipe(), tmp_path, tmp_path / "model")


@pytest.mark.parametrize("workers", [0, 1])
def test_audio_that_cannot_be_decoded_ends_a_run_with_its_name(
    tmp_path: Path, workers: int
) -> None:
    broken = {"bytes": b"noise", "path": "x.flac"}
    rows = [record("alpha", "train", number, number % 6) for number in range(5)]
    write_shards(tmp_path / "data", [*rows, record("alpha", "train", 5, 5, audio=broken)])
    with pytest.raises(DataError) as raised:
        train(recipe(f"data.workers={workers}"), tmp_path / "data", tmp_path / "run")
    assert "cannot decode 'alpha/train_005'" in str(raised.value)
    assert "Traceback" not in str(raised.value)


class InfiniteNorm(TrainerCallback):
    """Logs what fp16 does for a step that it leaves out."""

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        state.log_history[-1]["grad_norm"] = float("inf")


def test_provenance_is_json_whatever_was_logged(dataset: Path, tmp_path: Path) -> None:
    train(recipe("optimizer.epochs=1"), dataset, tmp_path / "run", callbacks=[InfiniteNorm()])
    text = (tmp_path / "run" / "provenance.json").read_text(encoding="utf-8")
    found = json.loads(text, parse_constant=pytest.fail)
    assert found["history"][0]["grad_norm"] is None


def test_a_model_is_of_the_manifest_that_it_was_trained_by(tmp_path: Path) -> None:
    dataset = write_tones(tmp_path / "tones", {"train": 1, "validation": 1}, ("alpha",))
    before = (dataset / "manifest.json").read_bytes()

    class Relabelled(TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            (dataset / "manifest.json").write_bytes(before.replace(b"{", b'{"labels": 2, ', 1))

    train(recipe("optimizer.epochs=1"), dataset, tmp_path / "run", callbacks=[Relabelled()])
    told = json.loads((tmp_path / "run" / "provenance.json").read_text(encoding="utf-8"))
    assert told["dataset"]["manifest_sha256"] == hashlib.sha256(before).hexdigest()


def test_kept_scores_are_those_of_the_saved_model_in_full_precision(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Predictions] = []

    def remember(*arguments: Any) -> Predictions:
        said.append(predict_together(*arguments))
        return said[-1]

    monkeypatch.setattr("training.finetuning.validation.predict_together", remember)
    trained_recipe = recipe("optimizer.epochs=1", "run.precision=bf16")
    train(trained_recipe, dataset, tmp_path / "run")
    trained = load_model(tmp_path / "run")
    again = predict_index(
        trained.model,
        load_index(dataset, "validation"),
        trained.data.longest,
        trained_recipe.optimizer.batch_size,
    )
    # Weights of a file lie elsewhere in memory, and libraries may sum in another order for it: on
    # some CPUs the last bit of float32 differs. Scores under bf16 would be a thousand times off.
    np.testing.assert_allclose(said[-1].classes, again.classes, rtol=0, atol=1e-6)


def test_only_rows_that_a_condition_names_are_trained_on(dataset: Path, tmp_path: Path) -> None:
    condition = "corpus = 'alpha' and duration > 0.46"
    overrides = [*NANO, "optimizer.epochs=1", f"data.where={json.dumps(condition)}"]
    train(load_recipe("tiny", overrides), dataset, tmp_path / "model")
    provenance = json.loads((tmp_path / "model" / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["recipe"]["data"]["where"] == condition
    assert all(speaker.startswith("alpha:") for speaker in provenance["training_speakers"])
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert f"Trained on rows where `{condition}`" in card
