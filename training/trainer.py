"""The Hugging Face Trainer on our batches: planned epochs, our loss, UAR as the measure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader
from transformers import EvalPrediction, Trainer, TrainingArguments
from transformers.modeling_outputs import SequenceClassifierOutput

from training.data import Utterances, collate
from training.metrics import uar_of
from training.recipe import Recipe
from training.sampling import EpochBatches, FixedBatches


class ShardTrainer(Trainer):
    """A Trainer whose batches are planned by :mod:`training.sampling`.

    Everything else (precision, checkpoints, resuming, several GPUs) is the Trainer's own.
    """

    def __init__(
        self,
        *args: Any,
        batches: EpochBatches,
        validation_batches: FixedBatches | None,
        **kwargs: Any,
    ) -> None:
        self.batches = batches
        self.validation_batches = validation_batches
        super().__init__(*args, **kwargs)

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Training crops in the order of the epoch's plan."""
        return self._load(self.train_dataset, self.batches)

    def get_eval_dataloader(self, eval_dataset: Any = None) -> DataLoader[Any]:
        """Whole validation clips, similar durations together."""
        return self._load(self.eval_dataset, self.validation_batches)

    def _load(self, dataset: Utterances, batches: Any) -> DataLoader[Any]:
        loader: DataLoader[Any] = self.accelerator.prepare(
            DataLoader(
                dataset,
                batch_sampler=batches,
                collate_fn=collate,
                num_workers=self.args.dataloader_num_workers,
                pin_memory=torch.cuda.is_available(),
            )
        )
        return loader


def training_arguments(
    recipe: Recipe, output: Path, batches: int, measured: bool
) -> TrainingArguments:
    """The recipe in the Trainer's words.

    Args:
        recipe: Every setting.
        output: Folder of the run.
        batches: Batches an epoch.
        measured: Whether there is a validation split.
    """
    optimizer, run = recipe.optimizer, recipe.run
    steps_per_epoch = -(-batches // optimizer.accumulate)
    every = steps_per_epoch * run.evaluate_every
    precision = resolve_precision(run.precision)
    return TrainingArguments(
        output_dir=str(output / "checkpoints"),
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
        eval_strategy="steps" if measured else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=run.keep_checkpoints,
        load_best_model_at_end=measured,
        metric_for_best_model="uar" if measured else None,
        greater_is_better=True if measured else None,
        logging_strategy="steps",
        logging_steps=every,
        dataloader_num_workers=recipe.data.workers,
        dataloader_pin_memory=torch.cuda.is_available(),
        remove_unused_columns=False,
        label_names=["labels"],
        report_to="none",
        disable_tqdm=True,
    )


def resolve_precision(precision: str) -> str:
    """``auto`` in numbers: bf16 on a GPU that has it, else fp32."""
    if precision != "auto":
        return precision
    return "bf16" if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else "fp32"


def classification_loss(
    class_weights: Tensor | None = None, label_smoothing: float = 0.0
) -> Callable[..., Tensor]:
    """Cross-entropy for the Trainer's ``compute_loss_func``, summed and divided by utterances.

    Args:
        class_weights: Weight of each class ``(classes,)``; ``None`` for equal ones.
        label_smoothing: Share of the target given to all classes alike, in [0, 1).
    """

    def loss(
        outputs: SequenceClassifierOutput,
        labels: Tensor,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        logits = outputs["logits"].float()
        total = functional.cross_entropy(
            logits,
            labels,
            weight=None if class_weights is None else class_weights.to(logits.device),
            label_smoothing=label_smoothing,
            reduction="sum",
        )
        return total / (len(labels) if num_items_in_batch is None else num_items_in_batch)

    return loss


def balanced_weights(index: pd.DataFrame, classes: int) -> Tensor:
    """Weights ``(classes,)`` inversely proportional to class sizes; 1 on average of utterances."""
    counts = np.bincount(index["label"], minlength=classes)
    present = counts > 0
    weights = np.zeros(classes, dtype=np.float32)
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return torch.from_numpy(weights)


def validation_uar(prediction: EvalPrediction) -> dict[str, float]:
    """The measure that picks the best checkpoint."""
    predicted = np.asarray(prediction.predictions).argmax(axis=-1)
    return {"uar": uar_of(np.asarray(prediction.label_ids), predicted)}
