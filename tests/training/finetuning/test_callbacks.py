"""Callbacks by themselves, called as the Trainer calls them."""

import math
from pathlib import Path

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from pipeline.common.errors import DataError
from training.finetuning.callbacks import (
    Checkpoints,
    DivergenceGuard,
    ElapsedTime,
    Patience,
    SaveByTime,
    remove_old_checkpoints,
)
from training.finetuning.run_folder import COMPLETE_MARK


@pytest.fixture
def arguments(tmp_path: Path) -> TrainingArguments:
    return TrainingArguments(output_dir=str(tmp_path), use_cpu=True)


def make_checkpoints(folder: Path, *steps: int) -> None:
    for step in steps:
        (folder / f"checkpoint-{step}").mkdir()


def steps_in(folder: Path) -> list[int]:
    return sorted(int(path.name.partition("-")[2]) for path in folder.iterdir())


@pytest.mark.parametrize(
    ("keep", "best", "left"),
    [
        (4, None, [3, 9, 12, 100]),
        (2, None, [12, 100]),
        (2, 3, [3, 100]),
        (1, 3, [3, 100]),  # the best and the last stay, whatever is asked for
        (1, 100, [100]),
        (9, None, [3, 9, 12, 100]),
    ],
)
def test_old_checkpoints_go_but_never_the_best_nor_the_last(
    tmp_path: Path, keep: int, best: int | None, left: list[int]
) -> None:
    make_checkpoints(tmp_path, 3, 9, 12, 100)
    remove_old_checkpoints(tmp_path, keep, best and str(tmp_path / f"checkpoint-{best}"))
    assert steps_in(tmp_path) == left


def test_checkpoint_is_marked_before_older_ones_are_removed(
    arguments: TrainingArguments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_checkpoints(tmp_path, 1, 2)
    seen: list[bool] = []
    monkeypatch.setattr(
        "training.finetuning.callbacks.shutil.rmtree",
        lambda *_, **__: seen.append((tmp_path / "checkpoint-2" / COMPLETE_MARK).exists()),
    )
    Checkpoints(1).on_save(arguments, TrainerState(global_step=2), TrainerControl())
    assert seen == [True]


def test_best_checkpoint_of_a_moved_run_is_the_one_in_this_folder(
    arguments: TrainingArguments, tmp_path: Path
) -> None:
    make_checkpoints(tmp_path, 3)
    state = TrainerState(best_global_step=3, best_model_checkpoint="/elsewhere/checkpoint-3")
    Checkpoints(1).on_train_begin(arguments, state, TrainerControl())
    assert state.best_model_checkpoint == str(tmp_path / "checkpoint-3")
    state = TrainerState(best_global_step=4, best_model_checkpoint="/elsewhere/checkpoint-4")
    Checkpoints(1).on_train_begin(arguments, state, TrainerControl())
    assert state.best_model_checkpoint is None


def test_elapsed_time_goes_on_from_the_history_of_a_resumed_run(
    arguments: TrainingArguments,
) -> None:
    clock = ElapsedTime()
    state = TrainerState(log_history=[{"loss": 1.0, "seconds": 40.0}, {"loss": 0.9}])
    clock.on_train_begin(arguments, state, TrainerControl())
    assert 40 <= clock.seconds < 50
    clock.on_log(arguments, state, TrainerControl(), logs={"loss": 0.9})
    assert 40 <= state.log_history[-1]["seconds"] < 50


def test_run_whose_patience_was_used_up_stops_when_resumed(arguments: TrainingArguments) -> None:
    patience = Patience(2)
    for counter, stops in ((1, False), (2, True)):
        patience.early_stopping_patience_counter = counter
        control = TrainerControl()
        patience.on_epoch_begin(arguments, TrainerState(), control)
        assert control.should_training_stop is stops


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_divergence_is_a_data_error_that_names_the_step(
    arguments: TrainingArguments, loss: float
) -> None:
    guard = DivergenceGuard(1e-3)
    guard.on_log(arguments, TrainerState(), TrainerControl(), logs={"eval_uar": 0.5})
    with pytest.raises(DataError, match=r"step 7: loss (nan|inf).*here 0\.001"):
        guard.on_log(arguments, TrainerState(global_step=7), TrainerControl(), logs={"loss": loss})


def test_a_checkpoint_is_asked_for_when_the_last_one_is_old(arguments: TrainingArguments) -> None:
    now = 0.0
    callback = SaveByTime(10, lambda: now)
    asked = []
    for step in range(1, 26):  # a minute each
        now = 60.0 * step
        control = TrainerControl()
        callback.on_step_end(arguments, TrainerState(global_step=step), control)
        if step == 4:  # measured, and so saved
            control.should_save = True
        if control.should_save:
            asked.append(step)
            callback.on_save(arguments, TrainerState(), control)
    assert asked == [4, 14, 24]
