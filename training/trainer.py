"""The Hugging Face Trainer on our batches: planned epochs, our loss, UAR as the measure."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader
from transformers import EvalPrediction, Trainer
from transformers.modeling_outputs import SequenceClassifierOutput

from training.data import Utterances, collate
from training.metrics import uar_of
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
