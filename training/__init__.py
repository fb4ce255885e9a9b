"""ExHuBERT on transformers: model, data, training, evaluation, inference.

Users import from ``exhubert``. The names below are loaded on first use, so that
``training.config`` and ``training.data.dataset_files`` work without torch; loading the model
registers it with transformers' Auto classes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.model.backbones import extend_hubert
    from training.model.configuration_exhubert import ExHubertConfig
    from training.model.modeling_exhubert import (
        ExHubertForSequenceClassification,
        ExHubertModel,
    )

__all__ = [
    "ExHubertConfig",
    "ExHubertForSequenceClassification",
    "ExHubertModel",
    "extend_hubert",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("training.model.backbones"), name)
