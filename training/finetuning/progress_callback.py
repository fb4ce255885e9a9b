"""What a training run prints while it goes: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from torch import Tensor
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from pipeline.common.count import clock

LINE_EVERY = 30.0
"""Seconds between two lines where the output is not a terminal."""

_DRAW_EVERY = 0.5
"""Seconds between two looks at the loss on a terminal: each waits for the device."""

_SHARE = 0.1
"""Share of the last step in the loss that is shown, a running mean."""


class ConsoleProgress(TrainerCallback):
    """Shows steps, loss, clips a second, time left and the validation score on a rich console."""

    def __init__(
        self,
        console: Console,
        has_validation: bool,
        processes: int = 1,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepares to show a run.

        Args:
            console: Where to show it.
            has_validation: Whether each logged loss is followed by a validation score.
            processes: How many share each step.
            now: The clock, in s.
        """
        self.console = console
        self.has_validation = has_validation
        self.processes = processes
        self.now = now
        self.loss = float("nan")
        self.bar: Progress | None = None
        self.task: TaskID | None = None
        self.clips = 0
        self._of_step: Tensor | None = None
        self._mean: Tensor | None = None
        self._first_step = 0
        self._begun = self._shown = 0.0

    def on_batch(self, loss: Tensor, clips: int) -> None:
        """Notes a batch of this process.

        Args:
            loss: Its share of the loss of the step ``()``; it is looked at when it is shown.
            clips: Of the batch.
        """
        self._of_step = loss if self._of_step is None else self._of_step + loss
        self.clips += clips * self.processes

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Opens the bar."""
        self._first_step = state.global_step
        self._begun = self._shown = self.now()
        self.bar = Progress(
            TextColumn("training"),
            BarColumn(),
            TextColumn("{task.description}"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        text = f"step {state.global_step:,} of {state.max_steps:,}"
        self.task = self.bar.add_task(text, total=state.max_steps)
        self.bar.start()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Moves the bar, and has the last loss logged, whenever that comes."""
        if self._of_step is not None:
            mean = self._of_step if self._mean is None else self._mean
            self._mean = mean + _SHARE * (self._of_step - mean)
            self._of_step = None
        every = _DRAW_EVERY if self.console.is_terminal else LINE_EVERY
        if self.now() - self._shown >= every:
            self._shown = self.now()
            self._show(state)
        if state.global_step >= state.max_steps:
            control.should_log = True

    def _show(self, state: TrainerState) -> None:
        text = self.describe(state)
        if not self.console.is_terminal:
            self.console.print(f"{clock(self._shown - self._begun)}  {text}", highlight=False)
        elif self.bar is not None and self.task is not None:
            self.bar.update(self.task, completed=state.global_step, description=text)

    def describe(self, state: TrainerState) -> str:
        """As in ``step 40 of 400, loss 1.234, 56.0 clips/s, 0:04:30 left``."""
        words = [f"step {state.global_step:,} of {state.max_steps:,}"]
        if self._mean is not None:
            words.append(f"loss {float(self._mean):.3f}")
        elapsed, steps = self.now() - self._begun, state.global_step - self._first_step
        if elapsed > 0 and steps > 0:
            words.append(f"{self.clips / elapsed:,.1f} clips/s")
            words.append(f"{clock((state.max_steps - state.global_step) * elapsed / steps)} left")
        return ", ".join(words)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Prints an epoch's loss, and the score where it was measured."""
        logs = logs or {}
        self.loss = logs.get("loss", self.loss)
        line = f"epoch {state.epoch or 0:5.1f}  loss {self.loss:.3f}"
        if "eval_uar" in logs:
            line += f"  validation UAR {logs['eval_uar']:6.1%}"
            self.console.print(line, highlight=False)
        elif "eval_ccc" in logs:
            line += f"  validation CCC {logs['eval_ccc']:5.2f}"
            self.console.print(line, highlight=False)
        elif "loss" in logs and not self.has_validation:
            self.console.print(line, highlight=False)

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Closes the bar."""
        self.close()

    def close(self) -> None:
        """Closes the bar, if it is open, and gives the terminal its cursor back."""
        if self.bar is not None:
            self.bar.stop()
