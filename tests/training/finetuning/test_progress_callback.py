import io
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from tests.support.shards import NANO, write_tones
from training.config.recipe import load_recipe
from training.finetuning.progress_callback import ConsoleProgress
from training.finetuning.train import train

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"  # the cursor of a terminal


class BreaksOff(TrainerCallback):
    """Ends a run as Ctrl-C does."""

    def on_step_end(self, *args: Any, **kwargs: Any) -> None:
        """After the first step."""
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("has_validation", "printed"),
    [
        (True, ["epoch   1.0  loss 0.500  validation UAR  42.0%"]),
        (False, ["epoch   1.0  loss 0.500"]),
    ],
)
def test_a_line_is_printed_for_each_evaluation_or_else_each_loss(
    tmp_path: Path, has_validation: bool, printed: list[str]
) -> None:
    text = io.StringIO()
    progress = ConsoleProgress(Console(file=text, width=80), has_validation)
    arguments = TrainingArguments(output_dir=str(tmp_path), use_cpu=True)
    state, control = TrainerState(epoch=1.0, max_steps=3, global_step=3), TrainerControl()
    progress.on_train_begin(arguments, state, control)
    progress.on_step_end(arguments, state, control)
    assert control.should_log  # the last loss is logged, whenever that comes
    progress.on_log(arguments, state, control, logs={"loss": 0.5})
    if has_validation:
        progress.on_log(arguments, state, control, logs={"eval_uar": 0.42})
    progress.on_train_end(arguments, state, control)
    assert [line for line in text.getvalue().splitlines() if line.strip()] == printed


def test_what_a_run_tells(tmp_path: Path) -> None:
    text, now = io.StringIO(), [0.0]
    progress = ConsoleProgress(Console(file=text, width=80), True, 2, now=lambda: now[0])
    arguments = TrainingArguments(output_dir=str(tmp_path), use_cpu=True)
    state, control = TrainerState(max_steps=400, global_step=10), TrainerControl()  # resumed
    progress.on_train_begin(arguments, state, control)
    assert progress.describe(state) == "step 10 of 400"
    for second in range(1, 41):
        now[0] = float(second)
        for _ in range(2):  # gradients of two batches are accumulated
            progress.on_batch(torch.tensor(0.6), 8)
        state.global_step += 1
        progress.on_step_end(arguments, state, control)
    progress.on_train_end(arguments, state, control)
    assert progress.describe(state) == "step 50 of 400, loss 1.200, 32.0 clips/s, 0:05:50 left"
    lines = [line for line in text.getvalue().splitlines() if line.strip()]
    assert lines == ["0:00:30  step 40 of 400, loss 1.200, 32.0 clips/s, 0:06:00 left"]


def test_a_run_that_breaks_off_gives_the_cursor_back(tmp_path: Path) -> None:
    write_tones(tmp_path / "tones", {"train": 1})
    text = io.StringIO()
    console = Console(file=text, width=80, force_terminal=True)
    with pytest.raises(KeyboardInterrupt):
        train(
            load_recipe("tiny", NANO),
            tmp_path / "tones",
            tmp_path / "model",
            console=console,
            callbacks=[BreaksOff()],
        )
    assert text.getvalue().count(HIDE) == text.getvalue().count(SHOW) == 1


def test_a_terminal_shows_loss_and_speed_in_the_bar(tmp_path: Path) -> None:
    text, now = io.StringIO(), [0.0]
    console = Console(file=text, width=120, force_terminal=True)
    progress = ConsoleProgress(console, True, now=lambda: now[0])
    arguments = TrainingArguments(output_dir=str(tmp_path), use_cpu=True)
    state, control = TrainerState(max_steps=4, global_step=0), TrainerControl()
    progress.on_train_begin(arguments, state, control)
    now[0], state.global_step = 2.0, 1
    progress.on_batch(torch.tensor(0.5), 16)
    progress.on_step_end(arguments, state, control)
    progress.on_train_end(arguments, state, control)
    assert "step 1 of 4, loss 0.500, 8.0 clips/s, 0:00:06 left" in text.getvalue()
