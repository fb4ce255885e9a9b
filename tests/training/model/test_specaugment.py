"""Masks of SpecAugment: those of HuBERT, for the same random numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from transformers import HubertConfig

from exhubert import ExHubertConfig, ExHubertModel
from tests.training.conftest import SMALL_HUBERT, make_batch
from training.model.backbones import BACKBONES, Backbone
from training.model.specaugment import draw_time_mask, masked_places

PLAIN = {
    "hidden_dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "feat_proj_dropout": 0.0,
    "layerdrop": 0.0,
}


@given(
    clips=st.integers(1, 4),
    frames=st.integers(1, 120),
    length=st.integers(1, 12),
    share=st.floats(0.01, 1.0),
    least=st.integers(0, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_masks_are_those_of_transformers(
    clips: int, frames: int, length: int, share: float, least: int, seed: int
) -> None:
    from transformers.models.hubert.modeling_hubert import _compute_mask_indices

    config = HubertConfig(mask_time_prob=share, mask_time_length=length, mask_time_min_masks=least)
    np.random.seed(seed)
    drawn = draw_time_mask([frames] * clips, frames, config)
    assert drawn.shape == (clips, frames)
    if frames < length:
        assert not drawn.any()
        return
    np.random.seed(seed)
    expected = _compute_mask_indices((clips, frames), share, length, None, least)
    assert np.array_equal(drawn, expected)
    following = np.random.rand()
    np.random.seed(seed)
    draw_time_mask([frames] * clips, frames, config)
    assert np.random.rand() == following  # as many numbers were drawn


@given(
    lengths=st.lists(st.integers(1, 120), min_size=1, max_size=4),
    length=st.integers(1, 12),
    share=st.floats(0.01, 1.0),
    least=st.integers(0, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_masks_within_clips_are_those_of_transformers(
    lengths: list[int], length: int, share: float, least: int, seed: int
) -> None:
    from transformers.models.wav2vec2.modeling_wav2vec2 import _compute_mask_indices

    frames = max(lengths)
    if frames < length:
        return
    config = HubertConfig(mask_time_prob=share, mask_time_length=length, mask_time_min_masks=least)
    own = torch.arange(frames) < torch.tensor(lengths)[:, None]
    np.random.seed(seed)
    drawn = draw_time_mask(lengths, frames, config)
    following = np.random.rand()
    assert not drawn[~own.numpy()].any()
    np.random.seed(seed)
    expected = _compute_mask_indices((len(lengths), frames), share, length, own.long(), least)
    assert np.random.rand() == following
    # Where a clip gets no span, transformers marks the last frame of its padding instead.
    assert np.array_equal(drawn, expected & own.numpy())


def test_places_are_those_of_the_mask() -> None:
    mask = np.random.default_rng(0).random((3, 20)) < 0.3
    marked = torch.zeros(3, 20, dtype=torch.bool)
    marked[masked_places(mask, marked.device)] = True
    assert np.array_equal(marked.numpy(), mask)


@pytest.mark.parametrize("backbone", BACKBONES, ids=lambda backbone: backbone.title)
@pytest.mark.parametrize("feature_share", [0.0, 0.3])
def test_training_computes_what_the_base_computes(feature_share: float, backbone: Backbone) -> None:
    settings = SMALL_HUBERT | PLAIN
    settings |= {"mask_time_prob": 0.5, "mask_time_length": 3}
    settings |= {"mask_feature_prob": feature_share, "mask_feature_length": 4}
    settings |= {"mask_feature_min_masks": 0}  # WavLM asks for it, and has no default
    model = backbone.extended_model(backbone.extended_config(**settings)).train()
    clips, padding = make_batch([8_000, 3_000])

    def run(forward: Callable[..., Any]) -> tuple[Tensor, Tensor]:
        np.random.seed(0)
        model.zero_grad()
        out = forward(model, clips, attention_mask=padding).last_hidden_state
        out.square().sum().backward()
        return out.detach(), model.masked_spec_embed.grad.clone()

    ours, theirs = run(backbone.extended_model.forward), run(backbone.model.forward)
    for own, expected in zip(ours, theirs, strict=True):
        assert torch.allclose(own, expected, rtol=1e-6, atol=1e-6)


def test_frames_are_masked_in_training_alone() -> None:
    settings = SMALL_HUBERT | PLAIN | {"mask_time_prob": 0.5, "mask_time_length": 3}
    model = ExHubertModel(ExHubertConfig(**settings)).eval()
    clips = make_batch([4_000])[0]
    with torch.no_grad():
        plain = model(clips).last_hidden_state
        assert torch.equal(model(clips).last_hidden_state, plain)
        assert not torch.allclose(model.train()(clips).last_hidden_state, plain)


def test_short_batch_gives_the_embedding_a_gradient() -> None:
    settings = SMALL_HUBERT | PLAIN | {"mask_time_prob": 0.5, "mask_time_length": 10}
    model = ExHubertModel(ExHubertConfig(**settings)).train()
    model(make_batch([800])[0]).last_hidden_state.sum().backward()
    assert model.masked_spec_embed.grad is not None
    assert not model.masked_spec_embed.grad.any()
