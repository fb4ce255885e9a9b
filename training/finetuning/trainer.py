"""The Hugging Face Trainer on our batches: planned epochs, our losses, UAR as the measure."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.integrations import get_available_reporting_integrations

from pipeline.common.errors import UsageError
from pipeline.common.extras import install_command
from training.config.processes import rank_and_world
from training.config.recipe import Recipe
from training.data.dataset import collate
from training.data.sampling import EpochBatches
from training.data.targets import count_labelled, take_targets
from training.finetuning.optimizer import parameter_groups
from training.finetuning.run_folder import CHECKPOINTS
from training.model.configuration_exhubert import ExtendedConfig
from training.model.losses import Objective


class PlannedLoader(DataLoader[Any]):
    """A loader whose batches are planned epoch by epoch."""

    def set_epoch(self, epoch: int) -> None:
        """Chooses the epoch that the next iteration gives."""
        self.batch_sampler.set_epoch(epoch)  # type: ignore[union-attr]


class ShardTrainer(Trainer):
    """A Trainer whose batches are planned by :mod:`training.data.sampling`.

    Each of several processes plans its own share, so batches are not dealt out a second time.
    Everything else (precision, checkpoints, resuming) is the Trainer's own.
    """

    def __init__(
        self,
        *args: Any,
        recipe: Recipe,
        batches: EpochBatches,
        objective: Objective,
        evaluate_validation: Callable[[], dict[str, float]],
        **kwargs: Any,
    ) -> None:
        """Takes what the Trainer does, and what a run adds to it.

        Args:
            *args: For the Trainer.
            recipe: For the optimizer's learning rates.
            batches: Of this process.
            objective: The loss.
            evaluate_validation: Scores the model as it is on the validation split.
            **kwargs: For the Trainer.
        """
        self.recipe = recipe
        self.batches = batches
        self.objective = objective
        self.evaluate_validation = evaluate_validation
        super().__init__(*args, **kwargs)
        self.loss_is_scaled_for_ga = True

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Training crops in the order of the epoch's plan, by the same workers in every epoch."""
        workers = self.args.dataloader_num_workers
        return PlannedLoader(
            self.train_dataset,
            batch_sampler=self.batches,
            collate_fn=collate,
            num_workers=workers,
            persistent_workers=workers > 0,
            multiprocessing_context=self.train_dataset.worker_context if workers else None,
            # Its own: starting workers, which a resumed run does at another time, would draw from
            # the numbers that dropout takes.
            generator=torch.Generator(),
            pin_memory=torch.cuda.is_available(),
        )

    def create_optimizer(self, model: Any = None) -> Optimizer:
        """AdamW with the recipe's learning rates."""
        if self.optimizer is None:  # type: ignore[has-type]
            optimizer = self.recipe.optimizer
            kind, options = self.get_optimizer_cls_and_kwargs(self.args, self.model)
            groups = parameter_groups(
                self.model,
                set(self.get_decay_parameter_names(self.model)),
                optimizer.learning_rate,
                optimizer.weight_decay,
                optimizer.head_learning_rate,
                optimizer.layer_decay,
            )
            self.optimizer = kind(groups, **options)
        created: Optimizer = super().create_optimizer(model)
        return created

    @cached_property
    def weights(self) -> int:
        """How many the model has, embeddings left out."""
        return int(self.model.num_parameters(exclude_embeddings=True))

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """As the Trainer's own, which walks through all modules to count weights at every step."""
        return 6 * int(inputs["input_values"].numel()) * self.weights

    def get_batch_samples(
        self, epoch_iterator: Any, num_batches: int, device: torch.device
    ) -> tuple[list[Any], Any]:
        """The next batches whose gradients are added up, and the labelled rows of all processes."""
        batches, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        counts = [count_labelled(take_targets(dict(batch))) for batch in batches]
        total = {
            name: torch.stack([count[name] for count in counts]).sum(dim=0).to(device)
            for name in (counts[0] if counts else {})
        }
        return batches, self.accelerator.reduce(total, "sum")

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Mapping[str, Tensor] | None = None,
    ) -> Any:
        """The objective; ``num_items_in_batch`` as :meth:`get_batch_samples` counts."""
        inputs = dict(inputs)
        targets = take_targets(inputs)
        outputs = model(**inputs)
        loss = self.objective(outputs, targets, num_items_in_batch)
        # Gradients are averaged over processes, but what each divides by is the sum.
        loss = loss * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss

    def evaluate(
        self,
        eval_dataset: Any = None,
        ignore_keys: Any = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        """Scores the validation split, all processes together."""
        metrics = {
            f"{metric_key_prefix}_{name}": value
            for name, value in self.evaluate_validation().items()
        }
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args,
            self.state,
            self.control,  # type: ignore[has-type]
            metrics,
        )
        return metrics


def training_arguments(
    recipe: Recipe, output: Path, batches: int, has_validation: bool, unused_weights: bool = True
) -> TrainingArguments:
    """The recipe in the Trainer's words; writes nothing.

    Args:
        recipe: Every setting.
        output: Folder of the run.
        batches: Batches an epoch and process.
        has_validation: Whether there is a validation split.
        unused_weights: Whether several processes must look for weights without a gradient.

    Raises:
        UsageError: Precision or reporters are not to be had here.
    """
    optimizer, run = recipe.optimizer, recipe.run
    steps_per_epoch = -(-batches // optimizer.accumulate)
    every = max(1, round(steps_per_epoch * run.evaluate_every))
    precision = resolve_precision(run.precision)
    _check_reporters(run.report_to)
    no_gpu = not (torch.cuda.is_available() or torch.backends.mps.is_available())
    arguments = TrainingArguments(
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
        eval_strategy="steps" if has_validation else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=None,  # `Checkpoints` keeps as many as the recipe says
        load_best_model_at_end=has_validation,
        metric_for_best_model="uar" if has_validation else None,
        greater_is_better=True if has_validation else None,
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
        ddp_find_unused_parameters=unused_weights,
        disable_tqdm=True,
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # several GPUs only by torchrun, a process each
    return arguments


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
