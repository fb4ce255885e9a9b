"""What a run will cost, known before anything is spent: ``exhubert train --dry-run``.

- weights: 4 bytes each, they are kept in fp32 whatever the precision;
- gradients: 4 bytes for each trainable weight;
- optimizer: 8 bytes for each trainable weight (the two averages of AdamW);
- activations: every tensor that the forward pass of one batch of full windows keeps for the
  backward pass, in bf16 and fp16 with the lowered copies of weights. With gradient checkpointing:
  the input of each layer, what is kept outside layers, and one layer's own.

Activations and operations are counted on a model without content
(:mod:`training.finetuning.meta_step`). A GPU holds somewhat less of them (its dropout keeps masks
of bytes) and, beside them, about 1 GB for CUDA. Operations are multiplications and additions,
counted one each, forward and backward; a frozen weight saves its share of the backward pass.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from pipeline.common.errors import UsageError
from pipeline.schema.record import SAMPLE_RATE
from training.config.processes import rank_and_world
from training.config.recipe import Recipe
from training.data.sampling import expected_repeats
from training.data.targets import UNLABELLED
from training.finetuning.meta_step import trace_step
from training.finetuning.run_folder import is_complete, is_started
from training.finetuning.run_plan import Plan, plan_run
from training.finetuning.run_provenance import count_parameters
from training.finetuning.step_time import LARGEST_ON_CPU, time_batch
from training.inference.devices import training_device
from training.model.build import empty_model


@dataclass(frozen=True)
class Memory:
    """Bytes on the device during a step."""

    weights: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.weights + self.gradients + self.optimizer + self.activations


@dataclass(frozen=True)
class CorpusShare:
    """What an epoch shows of a corpus.

    Attributes:
        utterances: In the train split, as far as a head can use them.
        share: Of all such utterances, in [0, 1].
        shown: Utterances an epoch.
        shown_share: Of all that an epoch shows, in [0, 1].
        classes: Share of each class in what is shown, and at the end of no class: ``none``, or
            ``unlabelled`` where a class has that name.
    """

    corpus: str
    utterances: int
    share: float
    shown: int
    shown_share: float
    classes: dict[str, float]


@dataclass(frozen=True)
class CostEstimate:
    """What a run will cost and do.

    Attributes:
        recipe: Its name.
        base: Where the weights come from; None for random ones.
        output: The folder it will write to.
        output_state: ``new``, ``unfinished`` (``--resume`` goes on) or ``complete``.
        heads: Labels of each head.
        missing_heads: Heads that the recipe asks for and no training utterance has labels of.
        parameters: ``total`` and ``trainable``.
        precision: Of the activations; ``auto`` counts as bf16, as on a GPU.
        memory: On each device.
        processes: Devices that share an epoch.
        batch_size: Utterances that go through the model at once, on each device.
        utterances_per_step: Behind one move of the weights, on all devices.
        steps_per_epoch: Moves of the weights an epoch.
        steps: In all epochs.
        flops_per_step: On all devices.
        seconds: Of training on this machine, at the pace of a few steps that were tried; reading
            audio and scoring come on top. None where none could be tried.
        validation: Utterances that are scored at each measurement.
        corpora: The mixture.
        untried: Why no step was tried; None where some were.
    """

    recipe: str
    base: str | None
    output: str
    output_state: str
    heads: dict[str, list[str]]
    missing_heads: list[str]
    parameters: dict[str, int]
    precision: str
    memory: Memory
    processes: int
    batch_size: int
    utterances_per_step: int
    steps_per_epoch: int
    steps: int
    flops_per_step: int
    seconds: float | None
    validation: int
    corpora: list[CorpusShare]
    untried: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The estimate as plain JSON types."""
        values = asdict(self)
        values["memory"]["total"] = self.memory.total
        return values


def estimate(recipe: Recipe, dataset: str | Path, output: str | Path) -> CostEstimate:
    """Plans a run and counts what it costs; reads metadata only, writes nothing, tries some steps.

    Raises:
        UsageError: The dataset, or the base's configuration, cannot be found.
        DataError: The train split has no labelled utterances.
    """
    plan = plan_run(recipe, dataset)
    optimizer = recipe.optimizer
    _, world = rank_and_world()
    model = empty_model(recipe.model, plan.heads, plan.classes)
    activations, flops = trace_step(model, recipe, _window_samples(recipe))
    parameters = count_parameters(model)
    batches = len(plan.batches(0, world))
    steps = -(-batches // optimizer.accumulate)
    batches_of_run = optimizer.accumulate * steps * optimizer.epochs
    batch_seconds, untried = _try_batch(plan, flops)
    return CostEstimate(
        recipe=recipe.name,
        base=recipe.model.base,
        output=str(output),
        output_state=_state_of(output),
        heads={
            "label": list(plan.classes),
            "emotion": list(plan.heads.emotions),
            "ratings": list(plan.heads.dimensions),
        },
        missing_heads=plan.missing_heads,
        parameters=parameters,
        precision=recipe.run.precision.replace("auto", "bf16"),
        memory=Memory(
            weights=4 * parameters["total"],
            gradients=4 * parameters["trainable"],
            optimizer=8 * parameters["trainable"],
            activations=activations,
        ),
        processes=world,
        batch_size=optimizer.batch_size,
        utterances_per_step=optimizer.batch_size * optimizer.accumulate * world,
        steps_per_epoch=steps,
        steps=steps * optimizer.epochs,
        flops_per_step=flops * optimizer.accumulate * world,
        seconds=None if batch_seconds is None else batch_seconds * batches_of_run,
        validation=len(plan.validation),
        corpora=mixture_shares(plan),
        untried=untried,
    )


def _window_samples(recipe: Recipe) -> int:
    return round(recipe.data.window * SAMPLE_RATE)


def _state_of(output: str | Path) -> str:
    if is_complete(output):
        return "complete"
    return "unfinished" if is_started(output) else "new"


def _try_batch(plan: Plan, flops: int) -> tuple[float | None, str | None]:
    """Seconds of a batch on this machine, or why there are none."""
    if training_device().type == "cpu" and flops > LARGEST_ON_CPU:
        return None, "the model is large for a CPU"
    model = empty_model(plan.recipe.model, plan.heads, plan.classes)
    try:
        return time_batch(model, plan.recipe, _window_samples(plan.recipe)), None
    except torch.OutOfMemoryError:
        return None, "a batch does not fit into the memory of this GPU"
    except RuntimeError as error:  # such as no compiler for run.compile
        told = str(error).strip() or type(error).__name__
        return None, f"a step fails here: {told.splitlines()[0]}"
    except UsageError as error:
        return None, str(error)


def mixture_shares(plan: Plan) -> list[CorpusShare]:
    """What an epoch shows of each corpus, before and after temperature, cap and balance."""
    index = plan.index
    often = expected_repeats(index, plan.mixture)
    no_class = "unlabelled" if "none" in plan.classes else "none"
    names = {**dict(enumerate(plan.classes)), UNLABELLED: no_class}
    shares = []
    for corpus, rows in index.reset_index(drop=True).groupby("corpus", sort=True).indices.items():
        shown = often[rows].sum()
        labels = index["label"].to_numpy()[rows]
        classes = {
            name: round(float(often[rows][labels == label].sum() / shown), 4)
            for label, name in names.items()
        }
        shares.append(
            CorpusShare(
                corpus=str(corpus),
                utterances=len(rows),
                share=round(len(rows) / len(index), 4),
                shown=round(float(shown)),
                shown_share=round(float(shown / often.sum()), 4),
                classes=classes,
            )
        )
    return shares
