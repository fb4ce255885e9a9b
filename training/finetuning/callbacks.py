"""What watches a run: how long it takes, whether it gets better, whether it goes astray.

What a watcher counts stands in each checkpoint, so that a resumed run counts on from there.
"""

import math
import time
from typing import Any

from transformers import (
    EarlyStoppingCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer_callback import ExportableState

from pipeline.common.errors import DataError


class ElapsedTime(TrainerCallback, ExportableState):
    """Seconds of training, those before the checkpoint that a run was resumed from included."""

    def __init__(self, before: float = 0.0) -> None:
        """``before`` are the seconds of earlier sessions."""
        self.before = before
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
        """Starts to count."""
        self.started = time.perf_counter()

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {"args": {"before": self.seconds}, "attributes": {}}


class Patience(EarlyStoppingCallback):
    """Early stopping that a run resumed after its last measurement remembers, too."""

    def on_epoch_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Ends a run whose patience was over; the step that is made yet is not kept."""
        if self.early_stopping_patience_counter >= self.early_stopping_patience:
            control.should_training_stop = True


class DivergenceGuard(TrainerCallback):
    """Ends a run whose loss is no number any more: nothing brings it back."""

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
        """Judges the mean since the last one: of single steps fp16 may leave out some.

        Raises:
            DataError: It is NaN or infinite.
        """
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise DataError(
                f"training diverged at step {state.global_step}: loss {loss}, expected a number: "
                f"lower optimizer.learning_rate (here {self.learning_rate:g}) or raise "
                "optimizer.warmup, and start anew"
            )
