"""How long a step takes on this machine: tried, on noise, by a model of random weights."""

import time

import torch

from training.config.recipe import Recipe
from training.finetuning.meta_step import loss_of_all_heads
from training.finetuning.training_arguments import prepare_steps, resolve_precision
from training.inference.devices import training_device
from training.model.modeling_exhubert import ExtendedClassifier

LARGEST_ON_CPU = 1e12
"""Operations of a batch beyond which a CPU is not asked: a trial would take too long."""

TRIALS = 3

_LOWERED = {"bf16": torch.bfloat16, "fp16": torch.float16}


def time_batch(model: ExtendedClassifier, recipe: Recipe, samples: int) -> float:
    """Seconds of a batch, forward and backward, without reading audio and without moving weights.

    Args:
        model: On the meta device; it is given memory and random weights where training would be.
        recipe: For batch size, precision, gradient checkpointing and compiling.
        samples: Of each clip.

    Raises:
        UsageError: The precision is not to be had here.
        torch.OutOfMemoryError: The batch does not fit into the memory of the GPU.
    """
    precision = resolve_precision(recipe.run.precision)
    device = training_device()
    model.to_empty(device=device)
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            if tensor.is_floating_point():
                tensor.normal_(std=0.02)
    prepare_steps(model, recipe)
    model.train()
    audio = torch.randn(recipe.optimizer.batch_size, samples, device=device)
    with torch.autocast(device.type, _LOWERED.get(precision), enabled=precision in _LOWERED):
        seconds = [_time_once(model, audio) for _ in range(1 + TRIALS)]
    return min(seconds[1:])  # the first one also sets up


def _time_once(model: ExtendedClassifier, audio: torch.Tensor) -> float:
    started = time.perf_counter()
    loss_of_all_heads(model(audio)).backward()
    if audio.device.type != "cpu":
        torch.accelerator.synchronize()
    return time.perf_counter() - started
