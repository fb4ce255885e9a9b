"""SpecAugment along time: which frames of a batch are masked in training.

Source: Park et al., "SpecAugment", Interspeech 2019, doi:10.21437/Interspeech.2019-2680; in the
form that wav2vec 2.0 gave it and ``transformers`` uses.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import PreTrainedConfig


def draw_time_mask(
    lengths: Sequence[int], frames: int, config: PreTrainedConfig
) -> npt.NDArray[np.bool_]:
    """Draws spans of frames to mask, from the global random numbers of numpy.

    The same numbers give the mask that the bases draw: ``HubertModel`` in all frames of a batch,
    padding included, ``Wav2Vec2Model`` and ``WavLMModel`` in those of each clip. Spans may overlap.

    Args:
        lengths: Frames of each clip that its spans may lie in.
        frames: Frames of each, padding included.
        config: ``mask_time_prob`` (share of frames), ``mask_time_length`` (frames of a span), and
            ``mask_time_min_masks`` (least number of spans).

    Returns:
        True where a frame is masked, ``(clips, frames)``; nowhere if a clip has fewer frames than
        a span.
    """
    mask = np.zeros((len(lengths), frames), dtype=np.bool_)
    span = config.mask_time_length
    if frames < span:
        return mask
    fraction = np.random.rand(1).item()  # rounds up with a probability equal to the fraction

    def count_spans(length: int) -> int:
        wanted = int(config.mask_time_prob * length / span + fraction)
        wanted = max(wanted, config.mask_time_min_masks)
        fitting: int = min(wanted, frames // span, length - span + 1)
        return max(fitting, 0)

    if not count_spans(frames):
        return mask
    for row, length in zip(mask, lengths, strict=True):
        places = max(length - span + 1, 0)
        starts = np.random.choice(places, count_spans(length), replace=False)
        row[starts[:, np.newaxis] + np.arange(span)] = True
    return mask


def masked_places(mask: npt.NDArray[np.bool_], device: torch.device) -> tuple[Tensor, ...]:
    """Turns a mask into indices, so that writing to a GPU does not wait for it.

    Args:
        mask: True where a frame is masked, ``(clips, frames)``.
        device: Where the indices are needed.

    Returns:
        The clip and the frame of each masked frame, two tensors of shape ``(masked,)``.
    """
    indices = (torch.from_numpy(places) for places in mask.nonzero())
    return tuple(places.to(device, non_blocking=True) for places in indices)
