import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForAudioClassification,
    HubertModel,
    pipeline,
)

from exhubert import ExHubertConfig, ExHubertForSequenceClassification, ExHubertModel, extend
from pipeline.schema.record import CLASSES
from tests.training.conftest import SMALL_HUBERT, make_batch, make_hubert
from training.model.build import save_model
from training.model.convert_published import PUBLISHED_CONFIG
from training.model.extended_layer import ExtendedLayer

LENGTHS = st.lists(st.integers(700, 4000), min_size=1, max_size=3)
LAYERS = st.none() | st.sets(st.integers(0, 2)).map(sorted)


def make_classifier(seed: int = 0, **changes: Any) -> ExHubertForSequenceClassification:
    """A trained-looking classifier: no linear is zero or the identity."""
    torch.manual_seed(seed)
    config = ExHubertConfig(**(SMALL_HUBERT | changes))
    model = ExHubertForSequenceClassification(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "_linear" in name or "bias" in name:
                weight.add_(0.2 * torch.randn_like(weight))
    return model


def assert_same_weights(left: torch.nn.Module, right: torch.nn.Module) -> None:
    expected = right.state_dict()
    assert left.state_dict().keys() == expected.keys()
    for key, value in left.state_dict().items():
        assert torch.equal(value, expected[key]), key


class TestExtension:
    @settings(max_examples=60, deadline=None)
    @given(
        seed=st.integers(0, 2**16),
        stable=st.booleans(),
        norm=st.sampled_from(["layer", "group"]),
        attention=st.sampled_from(["eager", "sdpa"]),
        extended_layers=LAYERS,
        original_linear=st.booleans(),
        lengths=LENGTHS,
        masked=st.booleans(),
    )
    def test_keeps_what_the_base_computes(
        self,
        seed: int,
        stable: bool,
        norm: str,
        attention: str,
        extended_layers: list[int] | None,
        original_linear: bool,
        lengths: list[int],
        masked: bool,
    ) -> None:
        base = make_hubert(
            seed,
            do_stable_layer_norm=stable,
            feat_extract_norm=norm,
            attn_implementation=attention,
        )
        model = extend(base, extended_layers, original_linear)
        clips, mask = make_batch(lengths, seed)
        given_mask = mask if masked else None

        with torch.no_grad():
            expected = base(clips, attention_mask=given_mask).last_hidden_state
            found = model(clips, attention_mask=given_mask).last_hidden_state

        assert model.config._attn_implementation == attention
        assert (found - expected).abs().max() <= 1e-5

    def test_shares_nothing_with_its_base(self, hubert: HubertModel) -> None:
        model = extend(hubert)
        storages = {weight.data_ptr() for weight in hubert.parameters()}
        assert not storages & {weight.data_ptr() for weight in model.parameters()}

    def test_keeps_dtype_and_training_mode(self, hubert: HubertModel) -> None:
        assert extend(hubert.to(torch.bfloat16)).dtype == torch.bfloat16
        assert extend(hubert.train()).training
        assert not extend(hubert.eval()).training

    def test_leaves_the_bases_layerdrop_and_labels_behind(self) -> None:
        config = extend(make_hubert(layerdrop=0.3, num_labels=2)).config
        assert config.layerdrop == 0.0
        assert tuple(config.label2id) == CLASSES

    def test_extends_only_the_named_layers(self, hubert: HubertModel) -> None:
        layers = extend(hubert, [0, 2]).encoder.layers
        assert [isinstance(layer, ExtendedLayer) for layer in layers] == [True, False, True]

    def test_can_be_had_without_copies(self, hubert: HubertModel) -> None:
        assert_same_weights(extend(hubert, []), hubert)

    @pytest.mark.parametrize("original_linear", [False, True])
    def test_fresh_pairs_change_nothing_and_copies_equal_originals(
        self, original_linear: bool
    ) -> None:
        config = ExHubertConfig(**SMALL_HUBERT, original_linear=original_linear)
        for pair in ExHubertModel(config).encoder.layers:
            assert_same_weights(pair.copy, pair.original)
            assert not pair.copy_linear.weight.any()
            assert not pair.copy_linear.bias.any()
            if original_linear:
                assert torch.equal(pair.original_linear.weight, torch.eye(16))
                assert not pair.original_linear.bias.any()

    def test_both_attention_implementations_agree(self) -> None:
        clips, mask = make_batch([3000, 1500])
        model = make_classifier()
        with torch.no_grad():
            logits = [
                model(clips, attention_mask=mask).logits
                for name in ("eager", "sdpa")
                if model.set_attn_implementation(name) is None
            ]
        assert torch.allclose(*logits, atol=1e-5)

    def test_layerdrop_drops_whole_pairs(self) -> None:
        config = ExHubertConfig(**SMALL_HUBERT, layerdrop=1.0, mask_time_prob=0.0)
        model = ExHubertModel(config).train()
        with_layers = [0]
        for pair in model.encoder.layers:
            pair.register_forward_hook(lambda *_: with_layers.append(1))
        model(make_batch([2000])[0])
        assert sum(with_layers) == 0

    def test_masking_embedding_has_a_gradient_even_from_clips_shorter_than_a_mask(self) -> None:
        model = make_classifier(mask_time_prob=0.5, mask_time_length=20).train()
        for samples, moved in ((1600, False), (8000, True)):  # 160 a frame
            model.zero_grad()
            model(make_batch([samples])[0]).logits.sum().backward()
            gradient = model.hubert.masked_spec_embed.grad
            assert gradient is not None
            assert bool(gradient.any()) is moved


class TestOutputs:
    @pytest.mark.parametrize("extended_layers", [None, [1], []])
    @pytest.mark.parametrize("stable", [True, False])
    def test_hidden_states_are_those_between_base_layers(
        self, extended_layers: list[int] | None, stable: bool
    ) -> None:
        model = make_classifier(extended_layers=extended_layers, do_stable_layer_norm=stable)
        seen: list[Tensor] = []
        for layer in model.hubert.encoder.layers:
            layer.register_forward_hook(lambda _module, _args, output: seen.append(output))
        outputs = model(make_batch([2000])[0], output_hidden_states=True)
        assert len(outputs.hidden_states) == model.config.num_hidden_layers + 1
        for found, expected in zip(outputs.hidden_states[1:], seen, strict=True):
            assert torch.equal(found, expected)

    def test_attentions_are_those_of_originals_and_copies(self) -> None:
        model = make_classifier(extended_layers=[1], attn_implementation="eager")
        outputs = model(make_batch([2000, 1000])[0], output_attentions=True)
        frames = outputs.attentions[0].shape[-1]
        assert [tuple(a.shape) for a in outputs.attentions] == [(2, 2, frames, frames)] * 4

    def test_a_tuple_comes_back_when_asked_for(self) -> None:
        model = make_classifier()
        clips, _ = make_batch([2000])
        loss, logits = model(clips, labels=torch.tensor([1]), return_dict=False)
        assert loss.shape == ()
        assert logits.shape == (1, 6)

    @settings(max_examples=25, deadline=None)
    @given(lengths=LENGTHS, stable=st.booleans(), extended_layers=LAYERS)
    def test_padding_changes_no_logit(
        self, lengths: list[int], stable: bool, extended_layers: list[int] | None
    ) -> None:
        model = make_classifier(do_stable_layer_norm=stable, extended_layers=extended_layers)
        clips, mask = make_batch([*lengths, 6000])
        with torch.no_grad():
            together = model(clips, attention_mask=mask).logits
            for row, length in enumerate(lengths):
                alone = model(clips[row : row + 1, :length]).logits[0]
                assert torch.allclose(alone, together[row], atol=1e-5)

    def test_pools_over_all_frames_without_a_mask(self) -> None:
        model = make_classifier()
        clips, mask = make_batch([3000, 1000])
        with torch.no_grad():
            frames = model.projector(model.hubert(clips).last_hidden_state)
            assert torch.allclose(model(clips).logits, model.classifier(frames.mean(dim=1)))
            masked = model(clips, attention_mask=mask).logits
            assert not torch.allclose(model(clips).logits[1], masked[1], atol=1e-3)


class TestLabels:
    def test_are_the_six_classes_unless_given(self) -> None:
        config = ExHubertConfig()
        assert config.id2label == dict(enumerate(CLASSES))
        assert config.label2id == {label: index for index, label in enumerate(CLASSES)}

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"num_labels": 2}, {0: "LABEL_0", 1: "LABEL_1"}),
            ({"num_labels": 6}, {index: f"LABEL_{index}" for index in range(6)}),
            ({"id2label": {0: "calm", 1: "tense", 2: "joyful"}}, None),
            ({"id2label": {"0": "calm", "1": "tense"}}, {0: "calm", 1: "tense"}),
            ({"label2id": {"calm": 0, "tense": 1}}, {0: "calm", 1: "tense"}),
        ],
    )
    def test_given_ones_survive_saving(
        self, given: dict[str, Any], expected: dict[int, str] | None, tmp_path: Path
    ) -> None:
        expected = expected or given["id2label"]
        make_classifier(**given).save_pretrained(tmp_path)
        model = ExHubertForSequenceClassification.from_pretrained(tmp_path)
        assert model.config.id2label == expected
        assert model.config.label2id == {label: index for index, label in expected.items()}
        assert model(make_batch([2000])[0]).logits.shape == (1, len(expected))

    def test_loss_is_the_cross_entropy_of_labelled_clips(self) -> None:
        model = make_classifier()
        clips, mask = make_batch([2000, 3000, 1000])
        outputs = model(clips, attention_mask=mask, labels=torch.tensor([4, -100, 0]))
        expected = functional.cross_entropy(outputs.logits[[0, 2]], torch.tensor([4, 0]))
        assert torch.allclose(outputs.loss, expected)
        assert model(clips, attention_mask=mask).loss is None

    def test_loss_is_zero_where_no_clip_is_labelled(self) -> None:
        loss = make_classifier()(make_batch([2000])[0], labels=torch.tensor([-100])).loss
        loss.backward()
        assert loss.item() == 0.0

    def test_losses_of_accumulated_batches_add_up_to_that_of_one(self) -> None:
        model = make_classifier()
        clips, mask = make_batch([2000, 3000, 1000])
        labels = torch.tensor([4, 2, 0])
        parts = [
            model(
                clips[part],
                attention_mask=mask[part],
                labels=labels[part],
                num_items_in_batch=torch.tensor(3),
            ).loss
            for part in (slice(0, 2), slice(2, 3))
        ]
        whole = model(clips, attention_mask=mask, labels=labels).loss
        assert torch.allclose(torch.stack(parts).sum(), whole)


class TestConfig:
    @pytest.mark.parametrize(
        ("layers", "message"),
        [
            ([1, 3], r"names \[3\], but the base has layers 0 to 2"),
            ([-1], r"names \[-1\], but the base has layers 0 to 2"),
            ([2, 0], r"is \[2, 0\], but each layer must be named once, in ascending order: \[0, 2"),
            ([1, 1], r"is \[1, 1\], but each .* order: \[1\]"),
            ("all", "extended_layers"),
        ],
    )
    def test_says_what_is_wrong_with_extended_layers(self, layers: object, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            ExHubertConfig(**SMALL_HUBERT, extended_layers=layers)

    def test_survives_saving(self, tmp_path: Path) -> None:
        config = ExHubertConfig(**SMALL_HUBERT, extended_layers=[1], original_linear=True)
        config.save_pretrained(tmp_path)
        loaded = AutoConfig.from_pretrained(tmp_path)
        assert isinstance(loaded, ExHubertConfig)
        assert loaded.to_dict() == config.to_dict() | {"_name_or_path": str(tmp_path)}

    def test_has_no_layerdrop_by_default(self) -> None:
        assert ExHubertConfig().layerdrop == 0.0


def freeze_as_the_paper(model: ExHubertForSequenceClassification) -> None:
    model.freeze_original_layers()
    model.freeze_feature_encoder()


def take_steps(model: ExHubertForSequenceClassification, steps: int) -> dict[str, Tensor]:
    """Trains on noise; the gradients of the last step, by name of the weight."""
    clips, mask = make_batch([3000, 2000])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        model(clips, attention_mask=mask, labels=torch.tensor([1, 5])).loss.backward()
        optimizer.step()
    return {name: w.grad for name, w in model.named_parameters() if w.grad is not None}


class TestFreezing:
    @pytest.mark.parametrize("original_linear", [False, True])
    def test_leaves_what_the_paper_trains(self, original_linear: bool) -> None:
        model = make_classifier(extended_layers=[0, 2], original_linear=original_linear)
        freeze_as_the_paper(model)
        trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
        layers = "hubert.encoder.layers"
        prefixes = (
            "hubert.feature_projection.",
            "hubert.encoder.pos_conv_embed.",
            "hubert.encoder.layer_norm.",
            "hubert.masked_spec_embed",
            *(f"{layers}.{index}.{part}" for index in (0, 2) for part in ("copy.", "copy_linear.")),
            "projector.",
            "classifier.",
        )
        assert trained == {name for name in model.state_dict() if name.startswith(prefixes)}

    def test_a_training_step_changes_only_what_is_trained(self) -> None:
        model = make_classifier()
        freeze_as_the_paper(model)
        before = {name: weight.clone() for name, weight in model.named_parameters()}
        take_steps(model, 1)
        changed = {n for n, weight in model.named_parameters() if not weight.equal(before[n])}
        trained = {n for n, weight in model.named_parameters() if weight.requires_grad}
        # The bias of a key projection shifts all scores of a query alike: its gradient is zero,
        # or rounding.
        keys = {name for name in trained if name.endswith("k_proj.bias")}
        assert changed | keys == trained

    @pytest.mark.parametrize("original_linear", [False, True])
    def test_copies_move_only_after_their_linears(
        self, hubert: HubertModel, original_linear: bool
    ) -> None:
        backbone = extend(hubert, original_linear=original_linear)
        model = ExHubertForSequenceClassification(backbone.config, backbone)
        freeze_as_the_paper(model)
        in_pairs = {
            steps: {
                name.split(".")[4]
                for name, grad in take_steps(model, steps).items()
                if ".layers." in name and grad.abs().max() > 0
            }
            for steps in (1, 2)
        }
        assert in_pairs == {1: {"copy_linear"}, 2: {"copy", "copy_linear"}}

    def test_a_frozen_original_still_drops_out_in_training(self) -> None:
        model = make_classifier(hidden_dropout=0.5, mask_time_prob=0.0)
        freeze_as_the_paper(model)
        original = model.hubert.encoder.layers[0].original
        frames = torch.randn(1, 10, 16)
        model.train()
        assert not torch.equal(original(frames), original(frames))
        model.eval()
        assert torch.equal(original(frames), original(frames))

    @pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
    @pytest.mark.parametrize("reentrant", [False, True])
    @pytest.mark.parametrize("stable", [True, False])
    def test_gradient_checkpointing_changes_no_gradient(
        self, reentrant: bool, stable: bool
    ) -> None:
        gradients = []
        for checkpointing in (False, True):
            model = make_classifier(do_stable_layer_norm=stable, mask_time_prob=0.0)
            freeze_as_the_paper(model)
            if checkpointing:
                model.activation_checkpointing_enable({"use_reentrant": reentrant})
            torch.manual_seed(0)  # dropout is on, and must be the same in the second forward
            gradients.append(take_steps(model, 1))
        assert gradients[0].keys() == gradients[1].keys()
        for name, expected in gradients[0].items():
            assert torch.allclose(gradients[1][name], expected, atol=1e-6), name


class TestSaving:
    @pytest.mark.parametrize("original_linear", [False, True])
    def test_keeps_every_weight_exactly(self, original_linear: bool, tmp_path: Path) -> None:
        model = make_classifier(extended_layers=[0, 1], original_linear=original_linear)
        save_model(model, tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {
            "config.json",
            "model.safetensors",
            "preprocessor_config.json",
        }
        loaded, report = ExHubertForSequenceClassification.from_pretrained(
            tmp_path, output_loading_info=True
        )
        assert not any(report.values())
        assert_same_weights(loaded, model)
        clips, mask = make_batch([2000, 1000])
        with torch.no_grad():
            found = loaded(clips, attention_mask=mask).logits
            assert torch.equal(found, model(clips, attention_mask=mask).logits)

    def test_auto_classes_know_the_model(self, tmp_path: Path) -> None:
        model = make_classifier()
        save_model(model, tmp_path)
        assert json.loads((tmp_path / "config.json").read_text())["model_type"] == "exhubert"
        classifier = AutoModelForAudioClassification.from_pretrained(tmp_path)
        assert isinstance(classifier, ExHubertForSequenceClassification)
        assert_same_weights(classifier, model)
        backbone = AutoModel.from_pretrained(tmp_path)
        assert isinstance(backbone, ExHubertModel)
        assert_same_weights(backbone, model.hubert)

    def test_the_audio_classification_pipeline_runs_it(self, tmp_path: Path) -> None:
        model = make_classifier()
        save_model(model, tmp_path)
        clip = np.random.default_rng(0).normal(0.3, 0.2, 3000).astype(np.float32)
        scores = pipeline("audio-classification", model=str(tmp_path), top_k=6)(clip)
        normalised = torch.tensor((clip - clip.mean()) / np.sqrt(clip.var() + 1e-7))[None]
        with torch.no_grad():
            expected = model(normalised).logits.softmax(-1)[0]
        assert {score["label"] for score in scores} == set(CLASSES)
        assert all(one["score"] >= next_one["score"] for one, next_one in pairwise(scores))
        for score in scores:
            index = CLASSES.index(score["label"])
            assert math.isclose(score["score"], expected[index].item(), abs_tol=1e-5)

    def test_a_copys_weight_missing_in_a_file_is_reported_and_starts_small(
        self, tmp_path: Path
    ) -> None:
        model = make_classifier(extended_layers=[0])
        model.save_pretrained(tmp_path)
        config = ExHubertConfig(**SMALL_HUBERT, extended_layers=[0], original_linear=True)
        loaded, report = ExHubertForSequenceClassification.from_pretrained(
            tmp_path, config=config, output_loading_info=True
        )
        added = "hubert.encoder.layers.0.original_linear."
        assert set(report["missing_keys"]) == {f"{added}weight", f"{added}bias"}
        assert torch.equal(loaded.state_dict()[f"{added}weight"], torch.eye(16))


class TestSize:
    @staticmethod
    def make_large(original_linear: bool) -> ExHubertForSequenceClassification:
        config = ExHubertConfig(**PUBLISHED_CONFIG, original_linear=original_linear)
        with torch.device("meta"):
            model = ExHubertForSequenceClassification(config)
        freeze_as_the_paper(model)
        return model

    def test_published_form_has_the_published_size(self) -> None:
        model = self.make_large(original_linear=True)
        weights = list(model.parameters())
        assert sum(weight.numel() for weight in weights) == 668_392_838
        # 28 of the convolutions, 4 of the projection, 1 mask, 3 positional, 2 final, 4 of the head
        assert len(model.state_dict()) == 48 * 18 + 42
        assert sum(w.numel() for w in weights if w.requires_grad) == 336_682_886

    def test_linears_on_copies_only_save_24_of_them(self) -> None:
        weights = list(self.make_large(original_linear=False).parameters())
        assert sum(weight.numel() for weight in weights) == 668_392_838 - 24 * 1_049_600
        assert sum(w.numel() for w in weights if w.requires_grad) == 336_682_886
