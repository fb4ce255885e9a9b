"""What a run will cost, known before anything is spent: ``exhubert train --dry-run``.

The model is built on the meta device, and one step of it is traced with tensors that have shapes
but no content. Bytes and operations are therefore those that PyTorch itself counts:

- weights: 4 bytes each, they are kept in fp32 whatever the precision;
- gradients: 4 bytes for each trainable weight;
- optimizer: 8 bytes for each trainable weight (the two averages of AdamW);
- activations: every tensor that the forward pass of one batch of full windows saves for the
  backward pass, in bf16 and fp16 with the lowered copies of trainable weights. With gradient
  checkpointing: the input of each layer, what is saved outside layers, and one layer's own.

Of the step itself a GPU holds somewhat less (its dropout saves masks of bytes) and, beside it,
about 1 GB for CUDA. Operations are of multiplications and additions, counted one each, for
forward and backward; a frozen weight saves its share of the backward pass.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from pipeline.schema.record import CLASSES, SAMPLE_RATE
from training.config.processes import rank_and_world
from training.config.recipe import Recipe
from training.data.sampling import expected_repeats
from training.data.targets import UNLABELLED
from training.finetuning.model_card import count_parameters
from training.finetuning.run_folder import is_complete, is_started
from training.finetuning.run_plan import Plan, plan_run
from training.model.build import empty_model
from training.model.frames import frames_of
from training.model.modeling_exhubert import ExtendedClassifier


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
        classes: Share of each of the six classes in what is shown, and of no class.
    """

    corpus: str
    utterances: int
    share: float
    shown: int
    shown_share: float
    classes: dict[str, float]


@dataclass(frozen=True)
class Estimate:
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
        validation: Utterances that are scored at each measurement.
        corpora: The mixture.
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
    validation: int
    corpora: list[CorpusShare]

    def to_dict(self) -> dict[str, Any]:
        """The estimate as plain JSON types."""
        values = asdict(self)
        values["memory"]["total"] = self.memory.total
        return values


def estimate(recipe: Recipe, dataset: str | Path, output: str | Path) -> Estimate:
    """Plans a run and counts what it costs; reads metadata only and writes nothing.

    Raises:
        UsageError: The dataset, or the base's configuration, cannot be found.
        DataError: The train split has no labelled utterances.
    """
    plan = plan_run(recipe, dataset)
    optimizer = recipe.optimizer
    _, world = rank_and_world()
    model = empty_model(recipe.model, plan.heads)
    samples = round(recipe.data.window * SAMPLE_RATE)
    activations, flops = trace_step(model, recipe, samples)
    parameters = count_parameters(model)
    steps = -(-len(plan.batches(0, world)) // optimizer.accumulate)
    done = is_complete(output)
    return Estimate(
        recipe=recipe.name,
        base=recipe.model.base,
        output=str(output),
        output_state="complete" if done else "unfinished" if is_started(output) else "new",
        heads={
            "label": list(CLASSES),
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
        validation=len(plan.validation),
        corpora=mixture_shares(plan),
    )


def trace_step(model: ExtendedClassifier, recipe: Recipe, samples: int) -> tuple[int, int]:
    """Bytes saved for the backward pass and operations of one batch, forward and backward.

    Args:
        model: On the meta device; afterwards it is of no further use.
        recipe: For batch size, precision and gradient checkpointing.
        samples: Of each clip.
    """
    size = recipe.optimizer.batch_size
    precision = None if recipe.run.precision == "fp32" else torch.bfloat16  # fp16 is as wide
    saved, flops = _trace(model, size, samples, precision)
    if not recipe.model.gradient_checkpointing:
        return saved, flops
    model.gradient_checkpointing_enable({"use_reentrant": False})
    outside, flops = _trace(model, size, samples, precision)
    config = model.config
    layers = sum(1 + config.extends(index) for index in range(config.num_hidden_layers))
    frames = frames_of(samples, config)
    inputs = layers * size * frames * config.hidden_size * 4
    return outside + inputs + (saved - outside) // max(layers, 1), flops


def _trace(
    model: ExtendedClassifier,
    size: int,
    samples: int,
    precision: torch.dtype | None,
) -> tuple[int, int]:
    """One step on tensors without content: bytes that were saved, and operations."""
    model.train()
    model.config.apply_spec_augment = False  # draws numbers, and saves next to nothing
    model.base_model.encoder.training = False  # LayerDrop asks a tensor for its value
    saved: dict[int, torch.UntypedStorage] = {}
    counter = FlopCounterMode(display=False)
    with FakeTensorMode():
        for module in model.modules():
            for name, weight in module._parameters.items():
                if weight is not None:
                    fake = torch.empty(weight.shape)
                    module._parameters[name] = nn.Parameter(fake, weight.requires_grad)
        weights = {weight.untyped_storage()._cdata for weight in model.parameters()}

        def note(tensor: torch.Tensor) -> torch.Tensor:
            storage = tensor.untyped_storage()
            if storage._cdata not in weights:
                saved[storage._cdata] = storage
            return tensor

        with counter, saved_tensors_hooks(note, lambda tensor: tensor):
            with torch.autocast("cpu", dtype=precision, enabled=precision is not None):
                output = model(
                    torch.empty(size, samples), labels=torch.zeros(size, dtype=torch.long)
                )
            loss = output.loss
            if output.emotion_logits is not None:
                loss = loss + output.emotion_logits.sum()
            if output.ratings is not None:
                loss = loss + output.ratings.sum()
            kept = sum(storage.nbytes() for storage in saved.values())
            loss.backward()
    return kept, counter.get_total_flops()


def mixture_shares(plan: Plan) -> list[CorpusShare]:
    """What an epoch shows of each corpus, before and after temperature, cap and balance."""
    index = plan.index
    often = expected_repeats(index, plan.mixture)
    names = {**dict(enumerate(CLASSES)), UNLABELLED: "none"}
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
