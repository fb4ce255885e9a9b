"""A recipe in the words of the Trainer: its TrainingArguments, precision and reporters."""

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import TrainerCallback, TrainingArguments
from transformers.integrations import get_available_reporting_integrations

from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from training.config.processes import rank_and_world
from training.config.recipe import Recipe
from training.finetuning.run_folder import CHECKPOINTS
from training.inference.devices import training_device
from training.model.build import compile_layers
from training.model.configuration_exhubert import ExtendedConfig
from training.model.modeling_exhubert import ExtendedClassifier


class OneGpuArguments(TrainingArguments):
    """Arguments of a process that uses one GPU at most; several are used by ``torchrun``."""

    @property
    def n_gpu(self) -> int:
        """GPUs of this process, 0 or 1: with more, the Trainer would split each batch."""
        count: int = super().n_gpu
        return min(count, 1)


def training_arguments(
    recipe: Recipe,
    output: Path,
    batches: int,
    chosen_by: str | None,
    unused_weights: bool = True,
) -> TrainingArguments:
    """Translates a recipe to the Trainer's arguments; writes nothing.

    Args:
        recipe: Every setting.
        output: Folder of the run.
        batches: Batches an epoch and process.
        chosen_by: The validation score that chooses a checkpoint; None to measure nothing.
        unused_weights: Whether several processes must look for weights without a gradient.

    Raises:
        UsageError: Precision or reporters are not to be had here.
    """
    optimizer, run = recipe.optimizer, recipe.run
    steps_per_epoch = -(-batches // optimizer.accumulate)
    every = max(1, round(steps_per_epoch * run.evaluate_every))
    precision = resolve_precision(run.precision)
    _check_reporters(run.report_to)
    no_gpu = training_device().type == "cpu"
    return OneGpuArguments(
        output_dir=str(output / CHECKPOINTS),
        num_train_epochs=optimizer.epochs,
        per_device_train_batch_size=optimizer.batch_size,
        per_device_eval_batch_size=optimizer.batch_size,
        gradient_accumulation_steps=optimizer.accumulate,
        learning_rate=optimizer.learning_rate,
        adam_beta1=optimizer.betas[0],
        adam_beta2=optimizer.betas[1],
        adam_epsilon=optimizer.eps,
        weight_decay=optimizer.weight_decay,
        max_grad_norm=optimizer.gradient_clip,
        lr_scheduler_type={"constant": "constant_with_warmup"}.get(
            optimizer.schedule, optimizer.schedule
        ),
        warmup_steps=round(optimizer.warmup * steps_per_epoch * optimizer.epochs),
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        seed=run.seed,
        eval_strategy="steps" if chosen_by else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=None,  # `Checkpoints` keeps as many as the recipe says
        load_best_model_at_end=chosen_by is not None,
        metric_for_best_model=chosen_by,
        greater_is_better=True if chosen_by else None,
        restore_callback_states_from_checkpoint=True,
        logging_strategy="steps",
        logging_steps=run.log_every or every,
        logging_nan_inf_filter=False,  # to look for them waits for the GPU at every step
        dataloader_num_workers=recipe.data.workers,
        dataloader_pin_memory=torch.cuda.is_available(),
        remove_unused_columns=False,
        label_names=["labels"],
        report_to=[name for name in run.report_to if name != "tensorboard"] or "none",
        use_cpu=no_gpu,
        ddp_backend="gloo" if no_gpu and rank_and_world()[1] > 1 else None,
        average_tokens_across_devices=False,  # `LabelCounts` counts those of all heads
        ddp_find_unused_parameters=unused_weights,
        disable_tqdm=True,
    )


def prepare_steps(model: ExtendedClassifier, recipe: Recipe) -> None:
    """Checkpoints gradients of layers and compiles these, if the recipe asks for it."""
    if recipe.model.gradient_checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    if recipe.run.compile:
        compile_layers(model)


def resolve_precision(precision: str) -> str:
    """``auto`` in numbers: bf16 on a GPU that has it, else fp32.

    Raises:
        UsageError: fp16 is asked for without a GPU.
    """
    if precision == "fp16" and not torch.cuda.is_available():
        raise UsageError("run.precision=fp16 needs a GPU: use bf16 or fp32 here")
    if precision != "auto":
        return precision
    bf16 = torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    return "bf16" if bf16 else "fp32"


def has_unused_parameters(config: ExtendedConfig) -> bool:
    """Whether a step may leave weights without a gradient.

    LayerDrop leaves those of the layers that it skips, SpecAugment, where it is off, the embedding
    that masks frames.
    """
    return config.layerdrop > 0 or not (config.apply_spec_augment and config.mask_time_prob > 0)


def _check_reporters(names: Sequence[str]) -> None:
    """Refuses names in ``run.report_to`` that are not installed or that transformers lacks."""
    there = get_available_reporting_integrations()
    if lacking := [name for name in names if name not in there]:
        raise UsageError(
            f"run.report_to names {', '.join(lacking)}, which is not installed or not known to "
            f"transformers: expected some of {', '.join(there) or 'none'} "
            f"(tensorboard: {install_command('tensorboard')})"
        )


def tensorboard(output: Path) -> TrainerCallback:
    """Writes curves to ``output/tensorboard``; a resumed run goes on where it stopped."""
    from torch.utils.tensorboard import SummaryWriter
    from transformers.integrations import TensorBoardCallback

    callback: TrainerCallback = TensorBoardCallback(SummaryWriter(str(output / "tensorboard")))
    return callback
