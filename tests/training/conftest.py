"""A HuBERT small enough to run in milliseconds, yet with every part of the large one."""

from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import HubertConfig, HubertModel

SMALL_HUBERT: dict[str, Any] = {
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": [8, 8, 8],
    "conv_kernel": [10, 8, 4],
    "conv_stride": [5, 8, 4],  # 160 samples a frame
    "conv_bias": True,
    "feat_extract_norm": "layer",
    "do_stable_layer_norm": True,
    "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2,
    "classifier_proj_size": 8,
    "mask_time_length": 2,
    # Far from HuBERT's 0.02, so that every layer matters and a wrong one shows.
    "initializer_range": 0.3,
}


def make_hubert(seed: int = 0, **changes: Any) -> HubertModel:
    torch.manual_seed(seed)
    return HubertModel(HubertConfig(**(SMALL_HUBERT | changes))).eval()


def make_batch(lengths: list[int], seed: int = 0) -> tuple[Tensor, Tensor]:
    """Noise clips padded with zeros, and their mask, both ``(clips, samples)``."""
    generator = torch.Generator().manual_seed(seed)
    clips = torch.zeros(len(lengths), max(lengths))
    mask = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    for row, length in enumerate(lengths):
        clips[row, :length] = torch.randn(length, generator=generator)
        mask[row, :length] = 1
    return clips, mask


@pytest.fixture
def hubert() -> HubertModel:
    return make_hubert()
