"""Frames of clips, counted and masked as HuBERT does."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import HubertConfig, HubertModel

from exhubert import ExHubertConfig, ExHubertForSequenceClassification
from tests.training.conftest import SMALL_HUBERT, make_batch
from training.model.frames import frame_mask, frames_of

CONFIG = HubertConfig(**SMALL_HUBERT)
MODEL = HubertModel(CONFIG).eval()


@given(st.integers(400, 5_000))
def test_as_many_frames_as_the_feature_encoder_makes(samples: int) -> None:
    with torch.no_grad():
        made = MODEL.feature_extractor(torch.zeros(1, samples)).shape[-1]
    assert frames_of(samples, CONFIG) == made
    assert frames_of(torch.tensor([samples]), CONFIG).tolist() == [made]


@given(st.lists(st.integers(400, 50_000), min_size=1, max_size=5))
def test_mask_leaves_each_clip_its_own_frames(lengths: list[int]) -> None:
    longest = max(lengths)
    attention_mask = torch.arange(longest) < torch.tensor(lengths).unsqueeze(-1)
    frames = frames_of(longest, CONFIG)
    mask = frame_mask(attention_mask.long(), frames, CONFIG)
    assert mask.shape == (len(lengths), frames)
    for row, length in zip(mask.tolist(), lengths, strict=True):
        own = frames_of(length, CONFIG)
        assert row == [True] * own + [False] * (frames - own)


def test_a_clip_too_short_for_a_frame_has_one_nevertheless() -> None:
    attention_mask = torch.zeros(2, 2_000, dtype=torch.long)
    attention_mask[0] = 1
    attention_mask[1, :100] = 1  # fewer than the samples of one frame
    mask = frame_mask(attention_mask, frames_of(2_000, CONFIG), CONFIG)
    assert mask.sum(dim=1).tolist() == [frames_of(2_000, CONFIG), 1]


def test_a_clip_too_short_for_a_frame_has_finite_logits() -> None:
    torch.manual_seed(0)
    model = ExHubertForSequenceClassification(ExHubertConfig(**SMALL_HUBERT)).eval()
    clips, mask = make_batch([2_000, 100])
    with torch.no_grad():
        assert model(clips, attention_mask=mask).logits.isfinite().all()
