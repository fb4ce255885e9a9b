"""Which weights learn how fast: the head, the layers from top to bottom, all else."""

import re
from typing import Any

from torch import nn
from transformers import PreTrainedModel

_HEADS = ("projector.", "classifier.", "emotion_classifier.", "rater.")


def parameter_groups(
    model: PreTrainedModel,
    decayed: set[str],
    learning_rate: float,
    weight_decay: float,
    head_learning_rate: float | None = None,
    layer_decay: float = 1.0,
) -> list[dict[str, Any]]:
    """Groups of trainable weights for an optimizer, each with its learning rate.

    A layer learns at ``learning_rate · layer_decay^(layers above it)``, what lies below the
    layers as if it were one more layer, the head at a rate of its own.

    Args:
        model: An ExHuBERT classifier.
        decayed: Names of the weights that weight decay holds for.
        learning_rate: Of the topmost layer.
        weight_decay: Of the ``decayed`` weights.
        head_learning_rate: Of the heads; None for ``learning_rate``.
        layer_decay: In (0, 1]; 1 for the same rate everywhere.
    """
    layers = model.config.num_hidden_layers
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            rate = learning_rate * layer_decay ** _layers_above(name, layers)
            if name.startswith(_HEADS) and head_learning_rate is not None:
                rate = head_learning_rate
            groups.setdefault((rate, name in decayed), []).append(weight)
    return [
        {"params": weights, "lr": rate, "weight_decay": weight_decay if is_decayed else 0.0}
        for (rate, is_decayed), weights in sorted(groups.items(), key=lambda item: item[0])
    ]


def _layers_above(name: str, layers: int) -> int:
    """How many encoder layers lie above a weight."""
    if name.startswith(_HEADS) or ".encoder.layer_norm." in name:
        return 0
    found = re.search(r"encoder\.layers\.(\d+)\.", name)
    return layers - 1 - int(found[1]) if found else layers
