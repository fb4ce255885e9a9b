"""What holds for each encoder that can be extended."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AutoModel,
    AutoModelForAudioClassification,
    BertConfig,
    BertModel,
    HubertForCTC,
    PreTrainedModel,
    Wav2Vec2ForCTC,
    WavLMForCTC,
    pipeline,
)

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES
from tests.training.conftest import SMALL_HUBERT, make_batch
from training.config.sections import ModelSection
from training.inference.load_model import load_model
from training.model.backbones import BACKBONES, Backbone, extend, find_backbone
from training.model.build import build_model, compile_layers, empty_model, freeze, save_model
from training.model.frames import frames_of

SMALL: dict[str, dict[str, Any]] = {
    "hubert": SMALL_HUBERT,
    "wav2vec2": SMALL_HUBERT,
    "wavlm": SMALL_HUBERT | {"num_buckets": 16, "max_bucket_distance": 20},
}
CTC = {"hubert": HubertForCTC, "wav2vec2": Wav2Vec2ForCTC, "wavlm": WavLMForCTC}

each_backbone = pytest.mark.parametrize("backbone", BACKBONES, ids=lambda one: one.model_type)


def make_base(backbone: Backbone, seed: int = 0, **changes: Any) -> PreTrainedModel:
    """A random base in which relative positions matter, too, where it knows them."""
    torch.manual_seed(seed)
    base = backbone.model(backbone.config(**(SMALL[backbone.model_type] | changes))).eval()
    with torch.no_grad():
        for name, weight in base.named_parameters():
            if "rel_attn_embed" in name or "gru_rel_pos" in name:
                weight.add_(torch.randn_like(weight))
    return base


def write_base(backbone: Backbone, folder: Path) -> None:
    """A checkpoint with a head that is not ours, as most bases on the hub are."""
    torch.manual_seed(0)
    small = SMALL[backbone.model_type] | {"vocab_size": 32}
    CTC[backbone.model_type](backbone.config(**small)).save_pretrained(folder)


@each_backbone
@pytest.mark.parametrize("extended_layers", [None, [1], []])
@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_extension_computes_what_the_base_computes(
    backbone: Backbone, extended_layers: list[int] | None, stable: bool, masked: bool
) -> None:
    base = make_base(backbone, do_stable_layer_norm=stable)
    model = extend(base, extended_layers)
    clips, mask = make_batch([4000, 1500])
    mask = mask if masked else None
    with torch.no_grad():
        expected = base(clips, attention_mask=mask, output_hidden_states=True)
        found = model(clips, attention_mask=mask, output_hidden_states=True)
    assert isinstance(model, backbone.extended_model)
    assert (found.last_hidden_state - expected.last_hidden_state).abs().max() <= 1e-5
    assert len(found.hidden_states) == len(expected.hidden_states) == 4
    for state, same in zip(found.hidden_states, expected.hidden_states, strict=True):
        assert (state - same).abs().max() <= 1e-5


@each_backbone
def test_moved_copies_change_the_outputs(backbone: Backbone) -> None:
    base = make_base(backbone)
    model = extend(base)
    for layer in model.encoder.layers:
        torch.nn.init.normal_(layer.copy_linear.weight)
    clips, _ = make_batch([4000])
    with torch.no_grad():
        difference = model(clips).last_hidden_state - base(clips).last_hidden_state
    assert difference.abs().max() > 0.1


@each_backbone
def test_originals_are_frozen_and_copies_trained(backbone: Backbone) -> None:
    model = build_model_of(backbone)
    freeze(model, ModelSection())

    def count(part: torch.nn.Module, trainable: bool) -> int:
        return sum(w.numel() for w in part.parameters() if w.requires_grad is trainable)

    encoder = model.base_model
    assert count(encoder.feature_extractor, trainable=True) == 0
    for pair in encoder.encoder.layers:
        assert count(pair.original, trainable=True) == 0
        assert count(pair.copy, trainable=False) == 0
        assert count(pair.copy, trainable=True) == count(pair.original, trainable=False) > 0
        assert count(pair.copy_linear, trainable=True) == 16 * 17
    frozen = count(encoder.feature_extractor, trainable=False)
    frozen += sum(count(pair.original, trainable=False) for pair in encoder.encoder.layers)
    assert count(model, trainable=False) == frozen


@each_backbone
def test_a_checkpoint_with_another_head_is_found_by_its_model_type(
    backbone: Backbone, tmp_path: Path
) -> None:
    write_base(backbone, tmp_path)
    base = backbone.model.from_pretrained(tmp_path).eval()
    model = build_model(tmp_path)
    assert isinstance(model, backbone.classifier)
    clips, mask = make_batch([3000, 1500])
    with torch.no_grad():
        expected = base(clips, attention_mask=mask).last_hidden_state
        found = model.base_model(clips, attention_mask=mask).last_hidden_state
    assert (found - expected).abs().max() <= 1e-5


@each_backbone
def test_a_saved_model_comes_back_by_all_ways(backbone: Backbone, tmp_path: Path) -> None:
    model = build_model_of(backbone)
    torch.nn.init.normal_(model.base_model.encoder.layers[1].copy_linear.weight)
    save_model(model, tmp_path)
    settings = json.loads((tmp_path / "config.json").read_text())
    assert settings["model_type"] == backbone.extended_type
    assert settings["architectures"] == [backbone.classifier.__name__]
    clips, mask = make_batch([3000, 1500])
    loaded = [
        AutoModelForAudioClassification.from_pretrained(tmp_path).eval(),
        load_model(tmp_path).model.cpu(),
        build_model(tmp_path),
    ]
    with torch.no_grad():
        expected = model(clips, attention_mask=mask).logits
        for one in loaded:
            assert isinstance(one, backbone.classifier)
            assert torch.equal(one(clips, attention_mask=mask).logits, expected)
    weights = AutoModel.from_pretrained(tmp_path).state_dict()
    for key, value in model.base_model.state_dict().items():
        assert torch.equal(weights[key], value)


@each_backbone
def test_the_audio_classification_pipeline_runs_it(backbone: Backbone, tmp_path: Path) -> None:
    save_model(build_model_of(backbone), tmp_path)
    clip = np.random.default_rng(0).normal(0.3, 0.2, 3000).astype(np.float32)
    scores = pipeline("audio-classification", model=str(tmp_path), top_k=6)(clip)
    assert {score["label"] for score in scores} == set(CLASSES)
    assert sum(score["score"] for score in scores) == pytest.approx(1)


@each_backbone
@pytest.mark.parametrize("checkpointing", [False, True])
def test_training_lowers_the_loss(backbone: Backbone, checkpointing: bool) -> None:
    model = build_model_of(backbone, mask_time_prob=0.0, hidden_dropout=0.0)
    freeze(model, ModelSection())
    if checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    model.train()
    clips, mask = make_batch([3000, 2000])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = model(clips, attention_mask=mask, labels=torch.tensor([1, 5])).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[2] < losses[0]
    # Once the linears have moved, each weight of a copy that acts gets a gradient.
    for pair in model.base_model.encoder.layers:
        assert all(weight.grad is not None for weight in pair.copy.parameters())


@each_backbone
def test_a_recipes_model_is_sized_without_its_weights(backbone: Backbone, tmp_path: Path) -> None:
    write_base(backbone, tmp_path / "base")
    save_model(build_model(tmp_path / "base"), tmp_path / "extended")
    for folder in ("base", "extended"):
        empty = empty_model(ModelSection(base=str(tmp_path / folder)))
        full = build_model(tmp_path / folder)
        assert isinstance(empty, backbone.classifier)
        assert {name: w.shape for name, w in empty.named_parameters()} == {
            name: w.shape for name, w in full.named_parameters()
        }
        # transformers makes the embedding that masks frames on the CPU, whatever is asked for.
        weights = (w for n, w in empty.named_parameters() if "masked_spec_embed" not in n)
        assert all(weight.is_meta for weight in weights)


@each_backbone
def test_known_checkpoints_are_sized_offline(backbone: Backbone) -> None:
    for name in backbone.known:
        model = empty_model(ModelSection(base=name))
        assert isinstance(model, backbone.classifier)
        assert frames_of(48_000, model.config) == 149


@pytest.mark.slow
@each_backbone
def test_layers_can_be_compiled(backbone: Backbone) -> None:
    model = build_model_of(backbone).eval()
    clips, mask = make_batch([8_000, 6_000])
    with torch.no_grad():
        expected = model(clips, attention_mask=mask).logits
        compile_layers(model)
        torch.testing.assert_close(
            model(clips, attention_mask=mask).logits, expected, atol=1e-5, rtol=1e-5
        )


def test_each_kind_of_model_is_known_by_its_own_name_and_its_bases() -> None:
    types = [kind for one in BACKBONES for kind in (one.model_type, one.extended_type)]
    assert len(set(types)) == len(types)
    for backbone in BACKBONES:
        assert find_backbone(backbone.model_type) is find_backbone(backbone.extended_type)


def test_an_unknown_kind_is_an_error_that_lists_the_known() -> None:
    message = (
        "model_type is 'bert', expected one of hubert, wav2vec2, wavlm, exhubert, exwav2vec2, "
        "exwavlm"
    )
    with pytest.raises(UsageError, match=message):
        extend(BertModel(BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1)))


def test_a_base_that_ends_in_an_adapter_is_refused() -> None:
    backbone = find_backbone("wav2vec2")
    with pytest.raises(ValueError, match="add_adapter is set"):
        extend(make_base(backbone, add_adapter=True))


def build_model_of(backbone: Backbone, **changes: Any) -> Any:
    """An untrained classifier on a random base."""
    extended = extend(make_base(backbone, **changes))
    return backbone.classifier(extended.config, extended).eval()
