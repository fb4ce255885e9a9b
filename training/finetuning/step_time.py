"""How long a step takes on this machine: tried, on noise, by a model of random weights."""

import time

import torch

from training.config.recipe import Recipe
from training.finetuning.meta_step import loss_of_all_heads
from training.model.modeling_exhubert import ExtendedClassifier

LARGEST_ON_CPU = 1e12
"""Operations of a batch beyond which a CPU is not asked: a trial would take too long."""

TRIALS = 3


def time_batch(model: ExtendedClassifier, recipe: Recipe, samples: int) -> float:
    """Seconds of a batch, forward and backward, without reading audio and without moving weights.

    Args:
        model: On the meta device; it is given memory and random weights, on a GPU if there is one.
        recipe: For the batch size.
        samples: Of each clip.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to_empty(device=device)
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            if tensor.is_floating_point():
                tensor.normal_(std=0.02)
    model.train()
    size = recipe.optimizer.batch_size
    audio = torch.randn(size, samples, device=device)
    seconds = [_time_once(model, audio) for _ in range(1 + TRIALS)]
    return min(seconds[1:])  # the first one also sets up


def _time_once(model: ExtendedClassifier, audio: torch.Tensor) -> float:
    started = time.perf_counter()
    loss_of_all_heads(model(audio)).backward()
    if audio.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - started
