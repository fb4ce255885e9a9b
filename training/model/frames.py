"""Frames: what the feature encoder makes of the samples of a clip."""

from typing import TypeVar

import torch
from torch import Tensor
from transformers import PreTrainedConfig

Count = TypeVar("Count", int, Tensor)


def frames_of(samples: Count, config: PreTrainedConfig) -> Count:
    """Frames that the feature encoder makes of a clip: one every 20 ms in published models.

    Args:
        samples: Number of samples; a tensor of numbers gives a tensor of the same shape.
        config: For the kernels and strides of the convolutions.
    """
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        samples = (samples - kernel) // stride + 1
    return samples


def frames_of_clips(attention_mask: Tensor, config: PreTrainedConfig) -> Tensor:
    """Frames of each clip of a batch, without those of the padding after it, ``(clips,)``.

    Args:
        attention_mask: 1 at samples, 0 at the padding after them, ``(clips, samples)``.
        config: For the kernels and strides of the convolutions.

    Returns:
        At least 1, even of a clip that is too short to fill a frame.
    """
    return frames_of(attention_mask.sum(dim=-1), config).clamp(min=1)


def frame_mask(attention_mask: Tensor, frames: int, config: PreTrainedConfig) -> Tensor:
    """Says which frames come from the clip, not from the padding after it.

    Args:
        attention_mask: 1 at samples, 0 at the padding after them, ``(clips, samples)``.
        frames: Frames of the padded batch.
        config: For the kernels and strides of the convolutions.

    Returns:
        Booleans, ``(clips, frames)``, on the device of ``attention_mask``. At least the first
        frame is the clip's, even where it is too short to fill one.
    """
    places = torch.arange(frames, device=attention_mask.device)
    return places < frames_of_clips(attention_mask, config).unsqueeze(-1)
