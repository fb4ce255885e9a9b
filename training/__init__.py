"""ExHuBERT on transformers: importing this package makes the Auto classes know the model."""

from transformers import AutoConfig, AutoModel, AutoModelForAudioClassification

from training.model.configuration_exhubert import ExHubertConfig
from training.model.modeling_exhubert import (
    ExHubertForSequenceClassification,
    ExHubertModel,
    extend_hubert,
)

__all__ = [
    "ExHubertConfig",
    "ExHubertForSequenceClassification",
    "ExHubertModel",
    "extend_hubert",
]

AutoConfig.register("exhubert", ExHubertConfig, exist_ok=True)
AutoModel.register(ExHubertConfig, ExHubertModel, exist_ok=True)
AutoModelForAudioClassification.register(
    ExHubertConfig, ExHubertForSequenceClassification, exist_ok=True
)
