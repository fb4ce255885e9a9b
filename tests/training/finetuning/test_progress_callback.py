import io
from pathlib import Path

import pytest
from rich.console import Console
from transformers import TrainerControl, TrainerState, TrainingArguments

from training.finetuning.progress_callback import ConsoleProgress


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
