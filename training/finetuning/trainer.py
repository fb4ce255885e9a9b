"""The Hugging Face Trainer on our batches: planned epochs, our losses and validation scores."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.utils.data import DataLoader
from transformers import PreTrainedModel, Trainer

from training.config.recipe import Recipe
from training.data.dataset import Utterances, collate, require_batch
from training.data.sampling import EpochBatches
from training.data.targets import take_targets
from training.finetuning.optimizer import parameter_groups
from training.model.losses import Objective


class PlannedLoader(DataLoader[Any]):
    """A loader whose batches are planned epoch by epoch."""

    def set_epoch(self, epoch: int) -> None:
        """Chooses the epoch that the next iteration gives."""
        assert isinstance(self.batch_sampler, EpochBatches)
        self.batch_sampler.set_epoch(epoch)


class ShardTrainer(Trainer):
    """A Trainer whose batches are planned by :mod:`training.data.sampling`.

    Each of several processes plans its own share, so batches are not dealt out a second time.
    Everything else (precision, checkpoints, resuming) is the Trainer's own; what is overridden
    here is what its documentation says to override.
    """

    model: PreTrainedModel
    objective: Objective
    train_dataset: Utterances
    loss_is_scaled_for_ga = True  # compute_loss divides by the counts of all accumulated batches

    def __init__(
        self,
        *args: Any,
        recipe: Recipe,
        batches: EpochBatches,
        label_counts: Callable[[int], Mapping[str, Tensor]],
        objective: Objective,
        evaluate_validation: Callable[[], dict[str, float]],
        on_batch: Callable[[Tensor, int], object] = lambda loss, clips: None,
        **kwargs: Any,
    ) -> None:
        """Takes what the Trainer does, and what a run adds to it.

        Args:
            *args: For the Trainer.
            recipe: For the optimizer's learning rates.
            batches: Of this process.
            label_counts: Rows that carry each target in all batches of an optimizer step, given
                the step's number: :class:`training.finetuning.label_counts.LabelCounts`.
            objective: The loss.
            evaluate_validation: Scores the model as it is on the validation split.
            on_batch: Told of each training batch its share of the step's loss, and its clips.
            **kwargs: For the Trainer.
        """
        self.recipe = recipe
        self.batches = batches
        self.label_counts = label_counts
        self.objective = objective
        self.evaluate_validation = evaluate_validation
        self.on_batch = on_batch
        super().__init__(*args, **kwargs)

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
            # Own generator: the start of workers, which a resumed run does at another time, would
            # otherwise draw from the global one, which dropout uses, too.
            generator=torch.Generator(),
            pin_memory=torch.cuda.is_available(),
        )

    def create_optimizer(self, model: Any = None) -> Optimizer:
        """AdamW with the recipe's learning rates."""
        if self.optimizer is None:
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
    def weight_count(self) -> int:
        """Weights of the model, embeddings left out."""
        return int(self.model.num_parameters(exclude_embeddings=True))

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Operations of a step, as the Trainer counts them, but weights are counted only once."""
        return 6 * int(inputs["input_values"].numel()) * self.weight_count

    def training_step(
        self, model: Any, inputs: dict[str, Tensor], num_items_in_batch: Any = None
    ) -> Tensor:
        """As the Trainer's own, but raises the error of a batch that could not be read.

        Raises:
            ExhubertError: The batch could not be read.
        """
        loss: Tensor = super().training_step(model, require_batch(inputs), num_items_in_batch)
        return loss

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The objective of one batch, as a share of the optimizer step's.

        Args:
            model: The model, wrapped for several processes or not.
            inputs: A batch of :func:`training.data.dataset.collate`.
            return_outputs: Whether the outputs are wanted, too.
            num_items_in_batch: The Trainer's count of class labels; those of every head are
                counted by ``label_counts`` instead.

        Returns:
            The loss ``()``, or loss and outputs.
        """
        inputs = dict(inputs)
        targets = take_targets(inputs)
        outputs = model(**inputs)
        counts = self.label_counts(self.state.global_step)
        there = {name: count.to(outputs.logits.device) for name, count in counts.items()}
        loss = self.objective(outputs, targets, there)
        # Gradients are averaged over processes, but what each divides by is the sum.
        loss = loss * self.accelerator.num_processes
        self.on_batch(loss.detach(), len(outputs.logits))
        return (loss, outputs) if return_outputs else loss

    def evaluate(
        self,
        eval_dataset: Any = None,
        ignore_keys: Any = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        """Scores the validation split, all processes together."""
        scores = self.evaluate_validation()
        metrics = {f"{metric_key_prefix}_{name}": value for name, value in scores.items()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args,
            self.state,
            self.control,
            metrics,
        )
        return metrics
