"""One training step on the meta device, where tensors have shapes but no content.

The bytes are those that PyTorch keeps for the backward pass, the operations those that it counts,
of a model of any size on any computer. Where the meta device differs from a GPU, this is put right:
its attention keeps the weights of all pairs of frames, that of a GPU a sum for each frame and its
output.
"""

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from training.config.recipe import Recipe
from training.model.frames import frames_of
from training.model.modeling_exhubert import ExtendedClassifier
from training.model.outputs import ExHubertOutput


def trace_step(model: ExtendedClassifier, recipe: Recipe, samples: int) -> tuple[int, int]:
    """Bytes kept for the backward pass and operations of one batch, forward and backward.

    Args:
        model: On the meta device; afterwards it is of no further use.
        recipe: For batch size, precision and gradient checkpointing.
        samples: Of each clip.

    Returns:
        Bytes of the activations, in bf16 and fp16 with the lowered copies of weights, and
        operations: multiplications and additions, counted one each.
    """
    size = recipe.optimizer.batch_size
    lowered = recipe.run.precision != "fp32"
    kept, flops = _trace(model, size, samples, lowered)
    if not recipe.model.gradient_checkpointing:
        return kept, flops
    model.activation_checkpointing_enable({"use_reentrant": False})
    outside, flops = _trace(model, size, samples, lowered)
    config = model.config
    layers = sum(1 + config.extends(index) for index in range(config.num_hidden_layers))
    numbers = layers * size * frames_of(samples, config) * config.hidden_size
    inputs = numbers * (2 if lowered else 4)
    return outside + inputs + (kept - outside) // max(layers, 1), flops


def _trace(model: ExtendedClassifier, size: int, samples: int, lowered: bool) -> tuple[int, int]:
    """Bytes kept and operations of one step, layers that are checkpointed left out of the bytes."""
    model.train()
    model.config.apply_spec_augment = False  # draws numbers, and keeps next to nothing
    model.backbone.encoder.training = False  # LayerDrop asks a tensor for its value
    kept = _KeptBytes(model, frames_of(samples, model.config), lowered)
    if not model.is_activation_checkpointing:
        for name, module in model.named_modules():
            if name.endswith("attention.out_proj"):
                module.register_forward_pre_hook(kept.add_output_of_attention)
    counter = FlopCounterMode(display=False)
    with counter, torch.device("meta"), saved_tensors_hooks(kept.add, lambda tensor: tensor):
        loss = loss_of_all_heads(model(torch.empty(size, samples)))
        total = kept.total()
        loss.backward()
    return total, counter.get_total_flops()


def loss_of_all_heads(output: ExHubertOutput) -> torch.Tensor:
    """A loss without labels, for passes whose gradients are not used: as costly as the real ones.

    Args:
        output: Of a model with at least one head.
    """
    heads = (output.logits, output.emotion_logits, output.ratings)
    present = [head for head in heads if head is not None and head.shape[-1]]
    return torch.stack([head.logsumexp(dim=-1).sum() for head in present]).sum()


class _KeptBytes:
    """Adds up tensors that autograd keeps; those that share memory count once."""

    def __init__(self, model: ExtendedClassifier, frames: int, lowered: bool) -> None:
        """``lowered`` says whether the step runs in 2 bytes a number, the weights kept in 4."""
        self.weights = {weight.untyped_storage() for weight in model.parameters()}
        self.frames = frames
        self.lowered = lowered
        self.sizes: dict[torch.UntypedStorage, int] = {}

    def add(self, tensor: torch.Tensor) -> torch.Tensor:
        """Notes a tensor that is kept, and gives it back."""
        storage = tensor.untyped_storage()
        size = storage.nbytes()
        if tensor.shape[-2:] == (self.frames, self.frames):
            size //= self.frames  # fused attention keeps a sum for each frame
        if self.lowered and tensor.is_floating_point():
            size //= 2
        self.sizes[storage] = size
        return tensor

    def add_output_of_attention(self, _: nn.Module, arguments: tuple[torch.Tensor]) -> None:
        """Notes what attention gives to the projection after it, where gradients pass."""
        if arguments[0].requires_grad:
            self.add(arguments[0])

    def total(self) -> int:
        """Bytes: weights only where they are lowered, of which a copy is kept."""
        return sum(
            size
            for storage, size in self.sizes.items()
            if self.lowered or storage not in self.weights
        )
