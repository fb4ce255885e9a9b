"""The speech encoders that can be extended, and their extended classes.

A further one is an entry of :data:`BACKBONES`, with its three classes: a configuration, the encoder
and the classifier. What a base must offer: a convolutional ``feature_extractor`` with
``conv_kernel`` and ``conv_stride`` in its configuration, ``encoder.layers`` that return states or
a tuple with states first, and ``mask_time_indices`` for SpecAugment.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, overload

from torch import nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForAudioClassification,
    HubertConfig,
    HubertModel,
    PreTrainedConfig,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2Model,
    Wav2Vec2PreTrainedModel,
    WavLMConfig,
    WavLMModel,
    WavLMPreTrainedModel,
)

from pipeline.common.errors import UsageError
from training.model.configuration_exhubert import ExHubertConfig, ExtendedConfig
from training.model.modeling_exhubert import (
    ExHubertForSequenceClassification,
    ExHubertModel,
    ExtendedBackbone,
    ExtendedClassifier,
)

__all__ = [
    "BACKBONES",
    "HUBERT",
    "Backbone",
    "ExHubertConfig",
    "ExHubertForSequenceClassification",
    "ExHubertModel",
    "ExWav2Vec2Config",
    "ExWav2Vec2ForSequenceClassification",
    "ExWav2Vec2Model",
    "ExWavLMConfig",
    "ExWavLMForSequenceClassification",
    "ExWavLMModel",
    "extend",
    "find_backbone",
    "model_types",
]

LARGE: Mapping[str, Any] = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "feat_extract_norm": "layer",
    "feat_proj_dropout": 0.1,
    "do_stable_layer_norm": True,
}
"""Where the large checkpoints of all these encoders differ from the defaults."""


class ExWav2Vec2Config(ExtendedConfig, Wav2Vec2Config):
    """Settings of an extended wav2vec 2.0."""

    model_type = "exwav2vec2"


class ExWav2Vec2Model(ExtendedBackbone, Wav2Vec2Model):
    """An extended wav2vec 2.0 without a head."""

    config: ExWav2Vec2Config
    config_class = ExWav2Vec2Config
    masks_within_clips = True


class ExWav2Vec2ForSequenceClassification(ExtendedClassifier, Wav2Vec2PreTrainedModel):
    """An extended wav2vec 2.0 that classifies clips."""

    config: ExWav2Vec2Config
    config_class = ExWav2Vec2Config
    backbone_class = ExWav2Vec2Model


class ExWavLMConfig(ExtendedConfig, WavLMConfig):
    """Settings of an extended WavLM."""

    model_type = "exwavlm"


class ExWavLMModel(ExtendedBackbone, WavLMModel):
    """An extended WavLM without a head."""

    config: ExWavLMConfig
    config_class = ExWavLMConfig
    masks_within_clips = True


class ExWavLMForSequenceClassification(ExtendedClassifier, WavLMPreTrainedModel):
    """An extended WavLM that classifies clips."""

    config: ExWavLMConfig
    config_class = ExWavLMConfig
    backbone_class = ExWavLMModel


@dataclass(frozen=True)
class Backbone:
    """A speech encoder of transformers, and what it becomes when its layers are extended.

    Attributes:
        title: Its name for people.
        config: Configuration of the base.
        model: The base without a head.
        extended_config: Configuration of the extended model.
        extended_model: The extended model without a head.
        classifier: The extended model with heads.
        known: Where checkpoints on the Hugging Face hub differ from ``config()``, by name: what
            is known of these need not be asked from the hub.
    """

    title: str
    config: type[PreTrainedConfig]
    model: type[PreTrainedModel]
    extended_config: type[ExtendedConfig]
    extended_model: type[ExtendedBackbone]
    classifier: type[ExtendedClassifier]
    known: Mapping[str, Mapping[str, Any]]

    @property
    def model_type(self) -> str:
        """The kind that a base's ``config.json`` names, such as ``hubert``."""
        return str(self.config.model_type)

    @property
    def extended_type(self) -> str:
        """The same of the extended model, such as ``exhubert``."""
        return str(self.extended_config.model_type)

    def defaults(self) -> dict[str, Any]:
        """Every setting of the base that a recipe may replace, with its default."""
        ours = {"id2label", "label2id"}
        return {f.name: f.default for f in fields(self.config) if f.name not in ours}


BACKBONES = (
    Backbone(
        title="HuBERT",
        config=HubertConfig,
        model=HubertModel,
        extended_config=ExHubertConfig,
        extended_model=ExHubertModel,
        classifier=ExHubertForSequenceClassification,
        known={
            "facebook/hubert-base-ls960": {},
            "facebook/hubert-large-ll60k": {**LARGE, "conv_bias": True},
            "facebook/hubert-large-ls960-ft": {**LARGE, "conv_bias": True},
        },
    ),
    Backbone(
        title="wav2vec 2.0",
        config=Wav2Vec2Config,
        model=Wav2Vec2Model,
        extended_config=ExWav2Vec2Config,
        extended_model=ExWav2Vec2Model,
        classifier=ExWav2Vec2ForSequenceClassification,
        known={
            "facebook/wav2vec2-base": {},
            "facebook/wav2vec2-large-lv60": {**LARGE, "conv_bias": True},
        },
    ),
    Backbone(
        title="WavLM",
        config=WavLMConfig,
        model=WavLMModel,
        extended_config=ExWavLMConfig,
        extended_model=ExWavLMModel,
        classifier=ExWavLMForSequenceClassification,
        known={
            "microsoft/wavlm-base": {},
            "microsoft/wavlm-base-plus": {},
            "microsoft/wavlm-large": LARGE,
        },
    ),
)
HUBERT = BACKBONES[0]


def find_backbone(model_type: object) -> Backbone:
    """The encoder of a ``model_type``, be it that of a base or of an extended model.

    Raises:
        UsageError: It is none of those known here.
    """
    for backbone in BACKBONES:
        if model_type in (backbone.model_type, backbone.extended_type):
            return backbone
    raise UsageError(f"model_type is {model_type!r}, expected one of {', '.join(model_types())}")


def model_types() -> Iterator[str]:
    """Every ``model_type`` that is known: of bases, then of extended models."""
    yield from (backbone.model_type for backbone in BACKBONES)
    yield from (backbone.extended_type for backbone in BACKBONES)


_PAIR_LINEAR = re.compile(r"\.(original|copy)_linear\.")
_PAIR_LAYER = re.compile(r"\.(original|copy)\.")


@overload
def extend(
    base: HubertModel, extended_layers: list[int] | None = None, original_linear: bool = False
) -> ExHubertModel: ...


@overload
def extend(
    base: PreTrainedModel, extended_layers: list[int] | None = None, original_linear: bool = False
) -> ExtendedBackbone: ...


def extend(
    base: PreTrainedModel,
    extended_layers: list[int] | None = None,
    original_linear: bool = False,
) -> ExtendedBackbone:
    """Extends an encoder without changing what it computes.

    Args:
        base: The base, such as a ``HubertModel``; left as it is, nothing is shared with the result.
        extended_layers: Layers that get a copy, ascending; None for every layer.
        original_linear: Whether originals get a linear too (at identity), as published.

    Returns:
        The extended model, on the base's device, in its dtype and its training mode.

    Raises:
        UsageError: The base is none of :data:`BACKBONES`.
        ValueError: ``extended_layers`` does not fit the base.
    """
    backbone = find_backbone(base.config.model_type)
    config = backbone.extended_config.from_base(
        base.config, extended_layers=extended_layers, original_linear=original_linear
    )
    model: ExtendedBackbone = backbone.extended_model(config)
    nn.Module.to(model, device=base.device, dtype=base.dtype)
    trained = base.state_dict()
    weights = {
        key: start if _PAIR_LINEAR.search(key) else trained[_PAIR_LAYER.sub(".", key)]
        for key, start in model.state_dict().items()
    }
    model.load_state_dict(weights)
    model.train(base.training)
    return model


for _backbone in BACKBONES:
    AutoConfig.register(_backbone.extended_type, _backbone.extended_config, exist_ok=True)
    AutoModel.register(_backbone.extended_config, _backbone.extended_model, exist_ok=True)
    AutoModelForAudioClassification.register(
        _backbone.extended_config, _backbone.classifier, exist_ok=True
    )
