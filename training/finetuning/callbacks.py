"""Callbacks of a run: its checkpoints, how long it takes, when it ends early or fails.

What they count stands in each checkpoint, so that a resumed run counts on from there.
"""

import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from transformers import (
    EarlyStoppingCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from pipeline.common.errors import DataError
from training.finetuning.run_folder import COMPLETE_MARK, checkpoints_in

_ASK_EVERY = 20  # steps, where several processes must agree


class Checkpoints(TrainerCallback):
    """Marks each checkpoint once all of it is written, and removes old ones only then."""

    def __init__(self, keep: int) -> None:
        """``keep`` is how many may lie in the folder; the best and the last stay in any case."""
        self.keep = keep

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Looks for the best checkpoint in this folder, which may have been moved."""
        best = _folder_of(args) / f"checkpoint-{state.best_global_step}"
        state.best_model_checkpoint = str(best) if best.is_dir() else None

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Writes the mark, then removes old checkpoints: one is complete at any moment."""
        PartialState().wait_for_everyone()  # each process saves its random states
        if state.is_world_process_zero:
            folder = _folder_of(args)
            (folder / f"checkpoint-{state.global_step}" / COMPLETE_MARK).touch()
            remove_old_checkpoints(folder, self.keep, state.best_model_checkpoint)


def _folder_of(arguments: TrainingArguments) -> Path:
    """Where the checkpoints lie."""
    return Path(str(arguments.output_dir))


def remove_old_checkpoints(folder: Path, keep: int, best: str | None) -> None:
    """Removes the checkpoints of the earliest steps, never the best one nor the last.

    Args:
        folder: Where the checkpoints lie.
        keep: How many stay, at least 1; one more where the best is not among them.
        best: Path of the best checkpoint, if one is known.
    """
    checkpoints = checkpoints_in(folder)
    protected = {checkpoints[-1], *([Path(best)] if best else [])}
    removable = [path for path in checkpoints if path not in protected]
    surplus = len(checkpoints) - max(keep, len(protected))
    for path in removable[: max(surplus, 0)]:
        shutil.rmtree(path, ignore_errors=True)


class ElapsedTime(TrainerCallback):
    """Seconds of training, those before the checkpoint that a run was resumed from included.

    They are written into each entry of the Trainer's history, which stands in each checkpoint.
    """

    def __init__(self) -> None:
        self.before = 0.0
        self.started = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long it has been."""
        return self.before + time.perf_counter() - self.started

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Goes on from the seconds in the history of a resumed run."""
        self.before = max((entry.get("seconds", 0.0) for entry in state.log_history), default=0.0)
        self.started = time.perf_counter()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Adds the seconds to the entry that was just written."""
        state.log_history[-1]["seconds"] = round(self.seconds, 3)


class SaveByTime(TrainerCallback):
    """Asks for a checkpoint when the last one is some minutes old, however long an epoch takes."""

    def __init__(self, minutes: float, now: Callable[[], float] = time.monotonic) -> None:
        """``now`` is the clock, in s."""
        self.seconds = 60 * minutes
        self.now = now
        self.saved = now()

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Starts the clock."""
        self.saved = self.now()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Asks for one where it is time; all processes ask alike, by the clock of the first."""
        due = [self.now() - self.saved >= self.seconds]
        if PartialState().use_distributed:
            if state.global_step % _ASK_EVERY:
                return
            due = broadcast_object_list(due)
        control.should_save = control.should_save or due[0]

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Starts the clock anew."""
        self.saved = self.now()


class Patience(EarlyStoppingCallback):
    """Early stopping whose counter survives resuming."""

    def on_epoch_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Stops a resumed run whose patience is used up; its next step is not kept."""
        if self.early_stopping_patience_counter >= self.early_stopping_patience:
            control.should_training_stop = True


class DivergenceGuard(TrainerCallback):
    """Ends a run whose loss is NaN or infinite: it would stay so."""

    def __init__(self, learning_rate: float) -> None:
        """``learning_rate`` is the recipe's, for the message."""
        self.learning_rate = learning_rate

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Checks the mean loss since the last log; fp16 may skip single steps.

        Raises:
            DataError: The loss is NaN or infinite.
        """
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise DataError(
                f"training diverged at step {state.global_step}: loss {loss}, expected a number: "
                f"lower optimizer.learning_rate (here {self.learning_rate:g}) or raise "
                "optimizer.warmup, and start anew"
            )
