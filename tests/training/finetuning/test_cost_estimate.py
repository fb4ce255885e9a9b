import json
from pathlib import Path
from typing import Any

import pytest
import torch

from pipeline.schema.record import CLASSES
from tests.support.shards import NANO, record, run_command, write_shards, write_tones
from training.config.recipe import Recipe, load_recipe
from training.data.targets import HeadLabels
from training.finetuning.cost_estimate import estimate
from training.finetuning.run_folder import CHECKPOINTS, COMPLETE_MARK
from training.finetuning.run_provenance import count_parameters
from training.model.build import build_model, freeze


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("tones"), {"train": 4, "validation": 1})


def tiny(*overrides: str) -> Recipe:
    return load_recipe("tiny", [*NANO, *overrides])


def test_estimate_agrees_with_the_model_that_is_trained(dataset: Path, tmp_path: Path) -> None:
    recipe = tiny("heads.emotion=1.0", "model.freeze_originals=true", "optimizer.accumulate=2")
    found = estimate(recipe, dataset, tmp_path / "model")
    model = build_model(None, heads=HeadLabels(("neutral",)), config=recipe.model.config)
    freeze(model, recipe.model)
    assert found.parameters == count_parameters(model)
    assert found.memory.optimizer == 8 * found.parameters["trainable"]
    assert found.utterances_per_step == 16
    assert found.steps_per_epoch == 3  # 48 utterances, 6 batches of 8, two a step
    assert found.steps == 3 * recipe.optimizer.epochs
    assert found.validation == 12
    assert found.heads["emotion"] == ["neutral"]
    assert sum(one.share for one in found.corpora) == pytest.approx(1)
    for one in found.corpora:
        assert sum(one.classes.values()) == pytest.approx(1, abs=1e-3)
    assert not (tmp_path / "model").exists()


def test_heads_have_the_classes_of_the_data(dataset: Path, tmp_path: Path) -> None:
    six, one = (
        estimate(tiny(f"data.label_set={label_set}"), dataset, tmp_path / "model")
        for label_set in ("six", "categories")
    )
    assert (len(six.heads["label"]), one.heads["label"]) == (6, ["neutral"])
    config = tiny().model.config
    for found, names in ((six, CLASSES), (one, ("neutral",))):
        assert found.parameters == count_parameters(build_model(None, classes=names, config=config))


def test_a_model_of_ratings_alone_has_no_head_of_classes(tmp_path: Path) -> None:
    rows = [record("alpha", "train", n, 0, emotion=None, arousal=n / 12) for n in range(12)]
    write_shards(tmp_path / "rated", [{**row, "label": None} for row in rows])
    recipe = tiny("heads.ratings=1")
    found = estimate(recipe, tmp_path / "rated", tmp_path / "model")
    heads = HeadLabels(dimensions=("arousal",))
    model = build_model(None, classes=(), heads=heads, config=recipe.model.config)
    assert found.parameters == count_parameters(model)
    assert found.seconds is not None
    assert [one.classes for one in found.corpora] == [{"none": 1.0}]


def test_a_class_called_none_is_told_from_no_class(tmp_path: Path) -> None:
    rows = [record("alpha", "train", n, 0, emotion=name) for n, name in enumerate(["calm", "none"])]
    write_shards(tmp_path / "ds", rows)
    (found,) = estimate(tiny("data.label_set=categories"), tmp_path / "ds", tmp_path / "m").corpora
    assert found.classes == {"calm": 0.5, "none": 0.5, "unlabelled": 0.0}


def test_head_that_nothing_teaches_is_named_before_and_during_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shards(tmp_path / "ds", [record("alpha", "train", n, n % 6) for n in range(6)])
    asked = ["heads.emotion=1", "heads.ratings=0.5", *NANO, "optimizer.epochs=1"]
    told = ("train", "--data", str(tmp_path / "ds"), "--config", "tiny")
    output = ("--output", str(tmp_path / "model"))
    assert run_command(*told, *output, "--dry-run", *asked) == 0
    assert "none for ratings, which no utterance has" in capsys.readouterr().out
    assert run_command(*told, *output, *asked) == 0
    said = capsys.readouterr()
    assert "no head for ratings, which the recipe asks for" in said.out + said.err
    assert "no head for emotions" not in said.out + said.err


def test_temperature_shows_in_the_shares(tmp_path: Path) -> None:
    write_tones(tmp_path, {"train": 2}, corpora=("small",))
    write_tones(tmp_path, {"train": 18}, corpora=("large",))
    plain = ["sampling.class_balance=0"]
    stored, shown = (
        [one.shown_share for one in estimate(recipe, tmp_path, tmp_path / "m").corpora]
        for recipe in (tiny(*plain), tiny(*plain, "sampling.temperature=2"))
    )
    assert stored == pytest.approx([0.9, 0.1])
    assert shown == pytest.approx([0.75, 0.25], abs=0.02)


def test_state_of_the_output_folder_is_told(dataset: Path, tmp_path: Path) -> None:
    recipe = tiny()
    assert estimate(recipe, dataset, tmp_path / "m").output_state == "new"
    checkpoint = tmp_path / "m" / CHECKPOINTS / "checkpoint-3"
    checkpoint.mkdir(parents=True)
    assert estimate(recipe, dataset, tmp_path / "m").output_state == "new"
    (checkpoint / COMPLETE_MARK).touch()
    assert estimate(recipe, dataset, tmp_path / "m").output_state == "unfinished"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (torch.OutOfMemoryError("CUDA"), "a batch does not fit into the memory of this GPU"),
        (RuntimeError("no C++ compiler\nset CXX"), "a step fails here: no C++ compiler"),
    ],
)
def test_a_batch_that_fails_has_no_time(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail(*_: object) -> float:
        raise error

    monkeypatch.setattr("training.finetuning.cost_estimate.time_batch", fail)
    found = estimate(tiny(), dataset, tmp_path / "m")
    assert (found.seconds, found.untried) == (None, told)


def test_a_precision_of_gpus_is_counted_where_it_cannot_be_tried(
    dataset: Path, tmp_path: Path
) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    found = estimate(tiny("run.precision=fp16"), dataset, tmp_path / "m")
    assert found.seconds is None
    assert str(found.untried).startswith("run.precision=fp16 needs a GPU")


def test_dry_run_prints_and_writes_nothing(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(dataset), "--output", str(tmp_path / "m"), "--dry-run"]
    assert run_command("train", *arguments, "--config", "tiny", *NANO) == 0
    out = capsys.readouterr().out
    for words in ("parameters", "memory a device", "alpha", "FLOP a step", "Nothing was trained"):
        assert words in out
    assert run_command("train", *arguments, "--config", "tiny", "--json", *NANO) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["memory"]["total"] > told["memory"]["weights"]
    assert not (tmp_path / "m").exists()
