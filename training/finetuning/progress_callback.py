"""What a training run prints while it goes: a bar on a terminal, a line a measurement elsewhere."""

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments


class ConsoleProgress(TrainerCallback):
    """Shows steps, loss and the validation score on a rich console."""

    def __init__(self, console: Console, has_validation: bool) -> None:
        """``has_validation`` says whether each logged loss is followed by a validation score."""
        self.console = console
        self.has_validation = has_validation
        self.loss = float("nan")
        self.bar: Progress | None = None
        self.task: TaskID | None = None

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Opens the bar."""
        self.bar = Progress(
            TextColumn("training"),
            BarColumn(),
            TextColumn("step {task.completed:.0f} of {task.total:.0f}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task = self.bar.add_task("training", total=state.max_steps)
        self.bar.start()

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Moves the bar, and has the last loss logged, whenever that comes."""
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, completed=state.global_step)
        if state.global_step >= state.max_steps:
            control.should_log = True

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
        if self.bar is not None:
            self.bar.stop()
