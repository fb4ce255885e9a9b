"""Frames: what HuBERT's feature encoder makes of the samples of a clip."""

from typing import TypeVar

import torch
from torch import Tensor
from transformers import HubertConfig

Count = TypeVar("Count", int, Tensor)


def frames_of(samples: Count, config: HubertConfig) -> Count:
    """Frames that the feature encoder makes of a clip: one every 20 ms in published models.

    Args:
        samples: Number of samples; a tensor of numbers gives a tensor of the same shape.
        config: For the kernels and strides of the convolutions.
    """
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        samples = (samples - kernel) // stride + 1
    return samples


def frame_mask(attention_mask: Tensor, frames: int, config: HubertConfig) -> Tensor:
    """Says which frames come from the clip, not from the padding after it.

    Args:
        attention_mask: 1 at samples, 0 at the padding after them, ``(clips, samples)``.
        frames: Frames of the padded batch.
        config: For the kernels and strides of the convolutions.

    Returns:
        Booleans, ``(clips, frames)``; on the device of ``attention_mask``.
    """
    lengths = frames_of(attention_mask.sum(dim=-1), config)
    places = torch.arange(frames, device=attention_mask.device)
    return places < lengths.unsqueeze(-1)
