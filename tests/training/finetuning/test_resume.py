"""Runs that are interrupted, resumed, or refused because of what lies in their folder."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import TrainerCallback

from exhubert.cli.main import main
from pipeline.common.errors import DataError, UsageError
from tests.support.shards import NANO, write_tones
from training.config.recipe import Recipe, load_recipe
from training.data.manifest import earlier_checksums
from training.finetuning.run_folder import (
    RunIdentity,
    create_run_folder,
    find_resume_checkpoint,
    is_complete,
)
from training.finetuning.train import train
from training.inference.load_model import load_model

FAST = [*NANO, "optimizer.epochs=2", "run.evaluate_every=1"]
"""Of 24 utterances: three steps an epoch."""


def recipe(*overrides: str) -> Recipe:
    return load_recipe("tiny", [*FAST, *overrides])


class InterruptAt(TrainerCallback):
    """Ends the process, as far as the run can tell, after a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self.step:
            raise KeyboardInterrupt


class InterruptAfterSaving(InterruptAt):
    """The same, once the checkpoint of a step is whole."""

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        pass

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == self.step:
            raise KeyboardInterrupt


def interrupt(
    settings: Recipe, dataset: Path, output: Path, at: int, kind: type[InterruptAt] = InterruptAt
) -> Path:
    with pytest.raises(KeyboardInterrupt):
        train(settings, dataset, output, callbacks=[kind(at)])
    return output


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tones(tmp_path_factory.mktemp("tones"), {"train": 2, "validation": 1})


@pytest.fixture(scope="module")
def model(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(recipe(), dataset, tmp_path_factory.mktemp("models") / "whole").output


@pytest.fixture(scope="module")
def unfinished(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a checkpoint, to be copied where it is gone on with."""
    return interrupt(recipe(), dataset, tmp_path_factory.mktemp("models") / "unfinished", at=5)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_model(folder).model.state_dict()


def told(folder: Path) -> dict[str, Any]:
    provenance: dict[str, Any] = json.loads(
        (folder / "provenance.json").read_text(encoding="utf-8")
    )
    return provenance


def test_interrupted_run_ends_where_an_uninterrupted_one_does(
    model: Path, dataset: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(recipe(), dataset, tmp_path / "run", callbacks=[InterruptAt(5)])
    assert not is_complete(tmp_path / "run")
    train(recipe(), dataset, tmp_path / "run", resume=True)
    assert is_complete(tmp_path / "run")
    torch.testing.assert_close(weights(tmp_path / "run"), weights(model), rtol=0, atol=0)


def test_workers_change_nothing_even_in_a_run_interrupted_within_an_epoch(tmp_path: Path) -> None:
    dataset = write_tones(tmp_path / "data", {"train": 2})  # not validated: the last state is kept
    settings = ["optimizer.epochs=3", "run.evaluate_every=0.3", "model.config.hidden_dropout=0.2"]
    train(recipe(*settings), dataset, tmp_path / "alone")
    shared = recipe(*settings, "data.workers=2")
    with pytest.raises(KeyboardInterrupt):
        train(shared, dataset, tmp_path / "run", callbacks=[InterruptAt(5)])
    train(shared, dataset, tmp_path / "run", resume=True)
    torch.testing.assert_close(
        weights(tmp_path / "run"), weights(tmp_path / "alone"), rtol=0, atol=0
    )


def test_checkpoint_that_was_being_written_is_not_resumed(
    model: Path, dataset: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(recipe(), dataset, tmp_path / "run", callbacks=[InterruptAt(5)])
    half = tmp_path / "run" / "checkpoints" / "checkpoint-4"
    half.mkdir()
    (half / "config.json").write_text("{", encoding="utf-8")
    train(recipe(), dataset, tmp_path / "run", resume=True)
    torch.testing.assert_close(weights(tmp_path / "run"), weights(model), rtol=0, atol=0)


def test_run_interrupted_within_an_epoch_ends_where_an_uninterrupted_one_does(
    dataset: Path, tmp_path: Path
) -> None:
    often = recipe("run.evaluate_every=0.4", "model.config.hidden_dropout=0.1", "data.speed=0.1")
    whole = train(often, dataset, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):  # after the checkpoint of step 4, an epoch having 3
        train(often, dataset, tmp_path / "run", callbacks=[InterruptAt(5)])
    assert (tmp_path / "run" / "checkpoints" / "checkpoint-4").is_dir()
    train(often, dataset, tmp_path / "run", resume=True)
    torch.testing.assert_close(weights(tmp_path / "run"), weights(whole.output), rtol=0, atol=0)


def test_unfinished_run_is_not_begun_anew(unfinished: Path, dataset: Path) -> None:
    with pytest.raises(UsageError, match="holds a training run already: add --resume"):
        train(recipe(), dataset, unfinished)


@pytest.mark.parametrize("resume", [False, True])
def test_complete_run_is_not_overwritten(model: Path, dataset: Path, resume: bool) -> None:
    with pytest.raises(UsageError, match="holds a complete training run: choose another --output"):
        train(recipe(), dataset, model, resume)


def test_command_says_when_there_is_nothing_to_resume(
    model: Path, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def resume(output: Path, *overrides: str) -> int:
        told = ("--data", str(dataset), "--output", str(output), "--config", "tiny", "--resume")
        return main(["train", *told, *FAST, *overrides])

    assert resume(model) == 0
    assert "this run is complete already" in capsys.readouterr().out
    assert resume(model, "optimizer.epochs=9") == 2
    assert "with other settings (optimizer.epochs: 2 → 9)" in capsys.readouterr().err
    assert resume(tmp_path / "new", "optimizer.epochs=1") == 0
    assert "nothing to resume: a new run begins" in capsys.readouterr().out


def test_resuming_with_other_settings_names_them(unfinished: Path, dataset: Path) -> None:
    with pytest.raises(UsageError, match=r"optimizer\.epochs: 2 → 3"):
        train(recipe("optimizer.epochs=3"), dataset, unfinished, resume=True)


def test_resuming_on_another_dataset_is_refused(unfinished: Path, tmp_path: Path) -> None:
    other = write_tones(tmp_path / "other", {"train": 2, "validation": 2})
    with pytest.raises(UsageError, match=r"dataset: [0-9a-f]{64} → [0-9a-f]{64}"):
        train(recipe(), other, unfinished, resume=True)


def test_dataset_without_a_manifest_is_known_by_its_place(tmp_path: Path) -> None:
    data = write_tones(tmp_path / "data", {"train": 2})
    (data / "manifest.json").unlink()
    run = interrupt(recipe(), data, tmp_path / "run", at=5)
    elsewhere = data.rename(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match=rf"dataset: {data} → {elsewhere}"):
        train(recipe(), elsewhere, run, resume=True)
    train(recipe(), elsewhere.rename(data), run, resume=True)


def test_resuming_with_another_number_of_processes_is_refused(
    unfinished: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="processes: 1 → 2"):
        train(recipe(), dataset, unfinished, resume=True)


def test_start_that_was_refused_leaves_nothing_behind(dataset: Path, tmp_path: Path) -> None:
    wrong = (
        ("model.config.hidden_dropot=0.2", "did you mean 'hidden_dropout'"),
        ("run.report_to=[nonsense]", r"run\.report_to names nonsense, which is not installed or"),
        (f"model.base={tmp_path}", r"no config\.json"),
    )
    for override, message in wrong:
        with pytest.raises(UsageError, match=message):
            train(recipe(override), dataset, tmp_path / "run")
        assert not (tmp_path / "run").exists()


def test_run_without_a_checkpoint_is_begun_anew_with_any_settings(
    dataset: Path, tmp_path: Path
) -> None:
    run = interrupt(recipe(), dataset, tmp_path / "run", at=2)
    train(recipe("optimizer.epochs=1"), dataset, run)
    assert told(run)["steps"] == 3


def test_files_of_others_are_not_replaced(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("of a project", encoding="utf-8")
    with pytest.raises(UsageError, match=r"holds README\.md, which is of no training run"):
        train(recipe(), dataset, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["README.md"]


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere"])
def test_output_that_cannot_be_made_is_a_usage_error(
    place: str, dataset: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"can't be written to: .*choose another --output"):
        train(recipe(), dataset, tmp_path / place)


def test_early_stopping_counts_on_in_a_resumed_run(dataset: Path, tmp_path: Path) -> None:
    hopeless = recipe("optimizer.epochs=8", "optimizer.learning_rate=1e-9", "run.patience=2")
    train(hopeless, dataset, tmp_path / "whole")
    assert told(tmp_path / "whole")["steps"] == 9  # the second and third measurement are no better
    train(hopeless, dataset, interrupt(hopeless, dataset, tmp_path / "run", at=7), resume=True)
    assert told(tmp_path / "run")["steps"] == 9
    over = interrupt(hopeless, dataset, tmp_path / "over", 9, InterruptAfterSaving)
    train(hopeless, dataset, over, resume=True)
    assert sum("eval_uar" in entry for entry in told(over)["history"]) == 3


def test_best_checkpoint_is_found_in_a_run_that_was_moved(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hopeless = recipe("optimizer.epochs=4", "optimizer.learning_rate=1e-9")
    monkeypatch.chdir(tmp_path)
    interrupt(hopeless, dataset, Path("run"), at=8)
    best = load_file("run/checkpoints/checkpoint-3/model.safetensors")
    Path("run").rename("moved")
    monkeypatch.chdir("/")
    train(hopeless, dataset, tmp_path / "moved", resume=True)
    kept = load_file(tmp_path / "moved" / "model.safetensors")
    torch.testing.assert_close(kept, best, rtol=0, atol=0)


def test_run_killed_while_it_removed_an_old_checkpoint_goes_on_from_the_new_one(
    model: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_half(folder: str, *_: Any, **__: Any) -> None:
        (Path(folder) / "model.safetensors").unlink()
        raise KeyboardInterrupt

    keen = recipe("run.keep_checkpoints=1", "optimizer.learning_rate=1e-9", "optimizer.epochs=4")
    whole = train(keen, dataset, tmp_path / "whole").output
    with monkeypatch.context() as patched:
        patched.setattr("training.finetuning.callbacks.shutil.rmtree", remove_half)
        with pytest.raises(KeyboardInterrupt):
            train(keen, dataset, tmp_path / "run")
    left = sorted(path.name for path in (tmp_path / "run" / "checkpoints").glob("checkpoint-*"))
    assert left == ["checkpoint-3", "checkpoint-6", "checkpoint-9"]  # the best, the last, the new
    train(keen, dataset, tmp_path / "run", resume=True)
    torch.testing.assert_close(weights(tmp_path / "run"), weights(whole), rtol=0, atol=0)


def test_seconds_are_those_of_all_sessions(unfinished: Path, dataset: Path, tmp_path: Path) -> None:
    shutil.copytree(unfinished, tmp_path / "run")
    file = tmp_path / "run" / "checkpoints" / "checkpoint-3" / "trainer_state.json"
    state = json.loads(file.read_text(encoding="utf-8"))
    last = state["log_history"][-1]
    assert 0 < last["seconds"] < 100
    last["seconds"] += 1000
    file.write_text(json.dumps(state), encoding="utf-8")
    result = train(recipe(), dataset, tmp_path / "run", resume=True)
    assert 1000 < result.seconds < 1100


def test_diverged_run_ends_at_once_and_is_not_complete(dataset: Path, tmp_path: Path) -> None:
    wild = recipe("optimizer.learning_rate=1e30", "optimizer.warmup=0", "run.log_every=1")
    with pytest.raises(DataError, match=r"diverged at step [23]: loss (nan|inf).*learning_rate"):
        train(wild, dataset, tmp_path / "run")
    assert not is_complete(tmp_path / "run")
    assert not (tmp_path / "run" / "model.safetensors").exists()


def change_manifest(dataset: Path, **entries: Any) -> None:
    file = dataset / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(manifest | entries), encoding="utf-8")


def test_a_run_goes_on_when_its_dataset_has_got_protocols(
    dataset: Path, unfinished: Path, tmp_path: Path
) -> None:
    shutil.copytree(dataset, tmp_path / "data")
    shutil.copytree(unfinished, tmp_path / "run")
    change_manifest(tmp_path / "data", protocols={"loso": {}})
    train(recipe(), tmp_path / "data", tmp_path / "run", resume=True)
    assert is_complete(tmp_path / "run")


@pytest.mark.parametrize("number", [0, 1])
def test_a_run_of_an_earlier_version_goes_on(
    number: int, dataset: Path, unfinished: Path, tmp_path: Path
) -> None:
    """It wrote the checksum of the whole manifest, or of all but protocols."""
    shutil.copytree(dataset, tmp_path / "data")
    shutil.copytree(unfinished, tmp_path / "run")
    change_manifest(tmp_path / "data", version="0.1.0", protocols={"loso": {}})
    start = tmp_path / "run" / "checkpoints" / "start.json"
    started = json.loads(start.read_text(encoding="utf-8"))
    started["dataset"] = sorted(earlier_checksums(tmp_path / "data"))[number]
    start.write_text(json.dumps(started), encoding="utf-8")
    train(recipe(), tmp_path / "data", tmp_path / "run", resume=True)
    assert is_complete(tmp_path / "run")


def test_the_name_of_a_fold_may_be_marked_later(tmp_path: Path) -> None:
    """Where it may also be what another holds out, the mark is asked for."""

    def run(fold: str) -> RunIdentity:
        chosen = ["data.protocol=loso", f"data.fold={fold}"]
        return RunIdentity(load_recipe("tiny", chosen), "dataset", 1)

    create_run_folder(tmp_path, run("3"))
    mark = tmp_path / "checkpoints" / "checkpoint-1" / "whole"
    mark.parent.mkdir()
    mark.touch()
    assert find_resume_checkpoint(tmp_path, run("name=3"), resume=True) == str(mark.parent)
    with pytest.raises(UsageError, match=r"data\.fold: 3 → 4"):
        find_resume_checkpoint(tmp_path, run("name=4"), resume=True)


def test_a_run_does_not_go_on_with_other_data(
    dataset: Path, unfinished: Path, tmp_path: Path
) -> None:
    shutil.copytree(dataset, tmp_path / "data")
    shutil.copytree(unfinished, tmp_path / "run")
    change_manifest(tmp_path / "data", built="anew")
    with pytest.raises(UsageError, match=r"started otherwise \(dataset: "):
        train(recipe(), tmp_path / "data", tmp_path / "run", resume=True)
