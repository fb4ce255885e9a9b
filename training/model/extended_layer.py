"""A pair: a layer of an encoder, and a trainable copy that corrects it.

With ``L`` the layer, ``L_copy`` its copy and ``G`` a linear that starts at zero::

    s = L(h)
    out = s + G(L_copy(s))

so that a fresh pair computes what the layer alone does.
"""

import copy
from typing import Any

from torch import Tensor, nn
from transformers import initialization as init

LayerOutput = Tensor | tuple[Any, ...]
"""What an encoder layer returns: states ``(clips, frames, width)``, or these first in a tuple."""


class ZeroLinear(nn.Linear):
    """A linear that starts at zero: what it ends adds nothing yet."""

    def reset_parameters(self) -> None:
        """Sets weight and bias to zero, unless they come from a checkpoint."""
        init.zeros_(self.weight)
        init.zeros_(self.bias)


class IdentityLinear(nn.Linear):
    """A linear that starts at the identity: what it ends passes unchanged."""

    def reset_parameters(self) -> None:
        """Sets weight to the identity and bias to zero, unless they come from a checkpoint."""
        init.eye_(self.weight)
        init.zeros_(self.bias)


class ExtendedLayer(nn.Module):
    """A layer and its copy, called as the layer alone would be.

    Gradient checkpointing happens in the two layers, each on its own.

    Args:
        layer: The original, an encoder layer of a base; becomes a part of the pair. The copy
            starts with its weights.
        width: Features of a frame.
        original_linear: Whether the original is followed by a linear, too.
    """

    def __init__(self, layer: nn.Module, width: int, original_linear: bool = False) -> None:
        super().__init__()
        self.original = layer
        self.original_linear = IdentityLinear(width, width) if original_linear else nn.Identity()
        self.copy = copy.deepcopy(layer)
        self.copy_linear = ZeroLinear(width, width)

    def forward(self, hidden_states: Tensor, *args: Any, **kwargs: Any) -> LayerOutput:
        """Runs the original, and adds the copy's correction.

        Args:
            hidden_states: ``(clips, frames, width)``.
            *args: For both layers, which are given the same.
            **kwargs: Likewise: ``attention_mask``, ``position_bias`` and so on. WavLM's first
                layer is given no position bias, so original and copy each make one of their own;
                the layers above get the original's.

        Returns:
            ``(clips, frames, width)``; in a tuple, with what else the original returns, where the
            original returns a tuple.
        """
        output: LayerOutput = self.original(hidden_states, *args, **kwargs)
        state = self.original_linear(states_of(output))
        correction = states_of(self.copy(state, *args, **kwargs))
        extended = state + self.copy_linear(correction)
        return (extended, *output[1:]) if isinstance(output, tuple) else extended


def states_of(output: LayerOutput) -> Tensor:
    """The states ``(clips, frames, width)`` among what a layer returns."""
    states: Tensor = output[0] if isinstance(output, tuple) else output
    return states
