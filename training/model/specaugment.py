"""SpecAugment along time: which frames of a batch are masked in training.

Source: Park et al., "SpecAugment", Interspeech 2019, doi:10.21437/Interspeech.2019-2680; in the
form that wav2vec 2.0 gave it and ``transformers`` uses.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import PreTrainedConfig


def draw_time_mask(clips: int, frames: int, config: PreTrainedConfig) -> npt.NDArray[np.bool_]:
    """Draws spans of frames to mask, from the global random numbers of numpy.

    The same numbers give the mask that ``HubertModel`` and its like draw. Each clip gets equally
    many spans, which may overlap.

    Args:
        clips: Clips in the batch.
        frames: Frames of each, padding included.
        config: ``mask_time_prob`` (share of frames), ``mask_time_length`` (frames of a span), and
            ``mask_time_min_masks`` (least number of spans).

    Returns:
        True where a frame is masked, ``(clips, frames)``; nowhere if a clip has fewer frames than
        a span.
    """
    mask = np.zeros((clips, frames), dtype=np.bool_)
    length = config.mask_time_length
    if frames < length:
        return mask
    # Rounds up with a probability equal to the fraction.
    spans = int(config.mask_time_prob * frames / length + np.random.rand(1).item())
    spans = min(max(spans, config.mask_time_min_masks), frames // length)
    for row in mask if spans else ():
        starts = np.random.choice(frames - length + 1, spans, replace=False)
        row[starts[:, np.newaxis] + np.arange(length)] = True
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
