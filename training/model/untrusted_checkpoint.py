"""What is asked of a checkpoint before it is built: it may come from anyone.

Its configuration is text that others wrote, with values of any type and size. What transformers
and PyTorch raise about it is one of :data:`LOADING_ERRORS`.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import PreTrainedConfig

from pipeline.common.errors import UsageError
from training.model.transformers_contract import attention_of

LOADING_ERRORS = (
    *(ArithmeticError, AttributeError, ImportError, LookupError, MemoryError, OSError),
    *(RuntimeError, SafetensorError, StrictDataclassError, TypeError, UnpicklingError, ValueError),
)
"""Raised for settings or weights that are not as a model's are."""

LARGEST_SETTING = 10_000_000
"""Of the models that can be extended none has a number of more than five digits."""

ATTENTIONS = ("eager", "sdpa", "flash_attention_2", "flash_attention_3", "flex_attention")
"""What a configuration may ask for. Of any other name transformers fetches code from the hub."""


def reason_of(error: Exception) -> str:
    """What went wrong, in one line: the strict dataclasses of configurations write several."""
    return " ".join(str(error).split()) or type(error).__name__


def check_numbers(settings: dict[str, Any], where: object) -> None:
    """Refuses numbers that would take memory or time before anyone looks at them.

    Args:
        settings: As the file has them.
        where: The file.

    Raises:
        UsageError: One is no number, or larger than any model's.
    """
    for name, number in _numbers(settings):
        if not abs(number) <= LARGEST_SETTING:  # False for NaN, too
            raise UsageError(
                f"{where}: {name} is {number:g}, expected a number of at most {LARGEST_SETTING:,}"
            )


def check_size(folder: Path, config: PreTrainedConfig) -> None:
    """Refuses a configuration of far more weights than the folder holds, before it is built.

    Raises:
        UsageError: It has more weights than their files have bytes, or asks for an attention that
            is code on the hub.
    """
    try:
        weights = _count_weights(config)
    except LOADING_ERRORS as error:
        raise UsageError(f"{folder}: settings of the model: {reason_of(error)}") from error
    files = [*folder.glob("model*.safetensors"), *folder.glob("pytorch_model*.bin")]
    stored = sum(file.stat().st_size for file in files)
    if weights > stored:
        raise UsageError(
            f"{folder}: cannot load the weights: their files have {stored:,} bytes, and the "
            f"configuration is that of a model of {weights:,} weights or more"
        )
    attention = attention_of(config)
    if attention is not None and attention not in ATTENTIONS:
        raise UsageError(
            f"{folder}: its configuration asks for the attention {attention!r}, expected "
            f"{', '.join(ATTENTIONS)}: code from the hub is never run"
        )


def _count_weights(config: PreTrainedConfig) -> int:
    """The weights of the largest matrices: layers, convolutions, positions."""
    hidden = config.hidden_size
    layers = config.num_hidden_layers * hidden * (4 * hidden + 2 * config.intermediate_size)
    sizes = [1, *config.conv_dim]
    convolutions = sum(map(math.prod, zip(sizes, sizes[1:], config.conv_kernel, strict=False)))
    groups = max(1, config.num_conv_pos_embedding_groups)
    positions = hidden * (hidden // groups) * config.num_conv_pos_embeddings
    return int(layers + convolutions + positions)


def _numbers(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """All numbers of some JSON, each with the name of its setting."""
    if isinstance(value, int | float):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, name)
