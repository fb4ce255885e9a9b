"""Private names of transformers that the model stands on: here a new version shows what changed."""

import pytest
import torch
from transformers import PreTrainedConfig, PreTrainedModel

from exhubert import ExHubertConfig, ExHubertForSequenceClassification, ExHubertModel
from tests.training.conftest import SMALL_HUBERT, make_hubert
from training.model.backbones import BACKBONES, Backbone
from training.model.transformers_contract import attention_of


def test_init_weights_is_called_for_each_module_of_a_new_model() -> None:
    model = ExHubertModel(ExHubertConfig(**SMALL_HUBERT, original_linear=True))
    for pair in model.encoder.layers:
        assert not pair.copy_linear.weight.any()
        assert torch.equal(pair.original_linear.weight, torch.eye(16))
    assert "_init_weights" in vars(PreTrainedModel)


@pytest.mark.parametrize("backbone", BACKBONES, ids=lambda one: one.model_type)
def test_no_split_modules_keeps_pairs_whole_beside_what_the_base_keeps(backbone: Backbone) -> None:
    for kind in (backbone.extended_model, backbone.classifier):
        kept = set(kind._no_split_modules)
        assert kept == {"ExtendedLayer", *(backbone.model._no_split_modules or ())}
    assert "_no_split_modules" in vars(PreTrainedModel)


def test_no_split_modules_reaches_the_finished_model() -> None:
    model = ExHubertForSequenceClassification(ExHubertConfig(**SMALL_HUBERT))
    assert "ExtendedLayer" in model._no_split_modules


@pytest.mark.parametrize("asked", ["eager", "sdpa", None])
def test_attn_implementation_is_what_a_configuration_was_given(asked: str | None) -> None:
    assert attention_of(PreTrainedConfig(attn_implementation=asked)) == asked


def test_attn_implementation_is_settled_by_the_model() -> None:
    assert attention_of(make_hubert().config) == "sdpa"
