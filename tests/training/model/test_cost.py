"""What a training step does not do: keep activations nobody needs, wait for the GPU."""

import pytest
import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from exhubert import ExHubertConfig, ExHubertForSequenceClassification
from tests.training.conftest import SMALL_HUBERT, make_batch


def make_classifier(frozen: bool = True, **changes: object) -> ExHubertForSequenceClassification:
    torch.manual_seed(0)
    settings = SMALL_HUBERT | {"mask_time_prob": 0.5} | changes
    model = ExHubertForSequenceClassification(ExHubertConfig(**settings)).train()
    if frozen:
        model.freeze_feature_encoder()
        model.freeze_original_layers()
    return model


def kept_by(model: nn.Module, part: nn.Module, clips: Tensor) -> int:
    """Elements of the activations that a forward pass in one part keeps for the backward pass."""
    weights = {weight.data_ptr() for weight in model.parameters()}
    kept: list[int] = []
    inside = False

    def pack(tensor: Tensor) -> Tensor:
        if inside and tensor.data_ptr() not in weights:
            kept.append(tensor.numel())
        return tensor

    def enter(*_: object) -> None:
        nonlocal inside
        inside = True

    def leave(*_: object) -> None:
        nonlocal inside
        inside = False

    part.register_forward_pre_hook(enter)
    part.register_forward_hook(leave)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(clips, labels=torch.zeros(len(clips), dtype=torch.long)).loss.backward()
    return sum(kept)


def test_frozen_feature_encoder_keeps_no_activations() -> None:
    clips = make_batch([4_000, 4_000])[0]
    kept = {}
    for frozen in (True, False):
        model = make_classifier(frozen)
        kept[frozen] = kept_by(model, model.hubert.feature_extractor, clips)
    assert kept[True] == 0
    assert kept[False] > 0


def test_frozen_feature_encoder_keeps_no_activations_after_an_evaluation() -> None:
    model = make_classifier()
    model.eval().train()
    part = model.hubert.feature_extractor
    assert kept_by(model, part, make_batch([4_000, 4_000])[0]) == 0
    part.requires_grad_(True)
    assert kept_by(model.train(), part, make_batch([4_000, 4_000])[0]) > 0


def test_frozen_original_keeps_less_than_its_copy() -> None:
    clips = make_batch([4_000, 4_000])[0]
    kept = {}
    for name in ("original", "copy"):
        model = make_classifier()
        kept[name] = kept_by(model, getattr(model.hubert.encoder.layers[1], name), clips)
    assert 0 < kept["original"] < 0.9 * kept["copy"]  # inputs of frozen linears are not needed


def test_batch_shorter_than_a_mask_is_trained_on() -> None:
    model = make_classifier(mask_time_length=10)
    clips, mask = make_batch([800, 700])  # 5 frames
    labels = torch.tensor([1, 2])
    assert torch.isfinite(model(clips, attention_mask=mask, labels=labels).loss)


@pytest.mark.parametrize("padded", [True, False])
def test_forward_waits_for_the_device_only_to_hear_of_padding(padded: bool) -> None:
    model = make_classifier()
    clips, mask = make_batch([4_000, 3_000])
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        model(clips, attention_mask=mask if padded else None, labels=torch.tensor([1, 2]))
    counts = {event.key: event.count for event in seen.key_averages()}
    assert counts.get("aten::nonzero", 0) == 0
    # Whether anything is padded, and the zero that padding gets, which is on the CPU anyway.
    assert counts.get("aten::_local_scalar_dense", 0) <= 2 * padded
