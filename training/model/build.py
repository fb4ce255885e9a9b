"""Where a model to fine-tune comes from, and what is saved beside it.

A base is a HuBERT checkpoint (a folder or a name on the Hugging Face hub), an ExHuBERT of ours to
train further, or nothing but a configuration, for random weights.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeVar

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import HubertConfig, HubertModel, Wav2Vec2FeatureExtractor

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES, SAMPLE_RATE
from training.config.recipe import ModelSection
from training.data.targets import SIX_CLASSES_ONLY, HeadLabels
from training.model.configuration_exhubert import ExHubertConfig
from training.model.hub_files import CONFIG_FILE, find_checkpoint, model_type
from training.model.hubert_settings import check_settings
from training.model.modeling_exhubert import (
    ExHubertForSequenceClassification,
    ExHubertModel,
    extend_hubert,
)
from training.model.outputs import heads_of

Model = TypeVar("Model", HubertModel, ExHubertForSequenceClassification)


def build_model(
    base: str | Path | None,
    *,
    labels: Sequence[str] = CLASSES,
    heads: HeadLabels = SIX_CLASSES_ONLY,
    extended_layers: Sequence[int] | None = None,
    original_linear: bool = False,
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> ExHubertForSequenceClassification:
    """Builds a model to fine-tune; nothing is frozen yet.

    Args:
        base: Folder or hub name of a HuBERT checkpoint with any head, or of an ExHuBERT of ours
            (which keeps its own extension, and each head whose labels are the same, with the
            projector that it reads). None for random weights.
        labels: Names of the classes, in order.
        heads: Further heads; none unless named.
        extended_layers: Layers of the base that get a copy, ascending; None for every layer.
        original_linear: Whether originals get a linear too, as published.
        config: Settings of ``HubertConfig`` that replace the base's, such as ``hidden_dropout``
            or ``mask_time_prob``. With no base they are the architecture.
        seed: For whatever is not loaded. The global random state is left alone.

    Returns:
        The model in evaluation mode, in float32.

    Raises:
        UsageError: The base cannot be found or read, is no HuBERT, or lacks weights; or the
            settings do not fit it.

    Example:
        >>> model = build_model(None, labels=["calm", "tense"], config={
        ...     "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        ...     "intermediate_size": 32, "conv_dim": [8] * 7})
        >>> model.config.id2label
        {0: 'calm', 1: 'tense'}
    """
    settings = dict(config or {})
    check_settings(settings)
    folder = None if base is None else find_checkpoint(base)
    layers = None if extended_layers is None else list(extended_layers)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if folder is not None and model_type(folder) == ExHubertConfig.model_type:
                return _load_extended(folder, labels, heads, layers, original_linear, settings)
            hubert = (
                HubertModel(HubertConfig(**settings))
                if folder is None
                else load_weights(
                    HubertModel, folder, HubertConfig.from_pretrained(folder, **settings)
                )
            )
            backbone = extend_hubert(hubert, layers, original_linear)
            # Extending leaves the base's LayerDrop behind; asked for by name, it is meant.
            backbone.config.layerdrop = settings.get("layerdrop", 0.0)
            return _attach_heads(backbone, labels, heads)
    except (StrictDataclassError, ValueError, ArithmeticError, RuntimeError, TypeError) as error:
        # The strict dataclass wraps what went wrong in the name of the check that found it.
        reason = str(error.__cause__ or error)
        if not any(name in reason for name in settings):
            reason += f"; model.config is {settings}"
        raise UsageError(f"settings of the model (base: {base}): {reason}") from error


def freeze(model: ExHubertForSequenceClassification, section: ModelSection) -> None:
    """Freezes what a recipe says."""
    if section.freeze_originals:
        model.freeze_original_layers()
    if section.freeze_feature_encoder:
        model.freeze_feature_encoder()


def compile_layers(model: ExHubertForSequenceClassification) -> None:
    """Compiles the encoder's layers in place, when they are first called.

    All layers share what one of them is compiled to, for clips and batches of any length. The
    model as a whole would be compiled again for every length.
    """
    for layer in model.hubert.encoder.layers:
        layer.compile(dynamic=True)


def save_model(model: ExHubertForSequenceClassification, output_dir: str | Path) -> None:
    """Writes all that ``transformers.pipeline`` needs: weights (safetensors), settings, input.

    Args:
        model: What to save.
        output_dir: Folder, made if need be.
    """
    model.save_pretrained(output_dir)
    extractor = Wav2Vec2FeatureExtractor(
        sampling_rate=SAMPLE_RATE, do_normalize=True, return_attention_mask=True
    )
    extractor.save_pretrained(output_dir)
    for weights in Path(output_dir).glob("*.safetensors"):  # written for their owner's eyes only
        weights.chmod(Path(output_dir, CONFIG_FILE).stat().st_mode)


def _load_extended(
    folder: Path,
    labels: Sequence[str],
    heads: HeadLabels,
    extended_layers: list[int] | None,
    original_linear: bool,
    settings: Mapping[str, Any],
) -> ExHubertForSequenceClassification:
    """An ExHuBERT of ours as it is, with new heads where its labels are others."""
    config = ExHubertConfig.from_pretrained(folder, **settings)
    asked = {"extended_layers": extended_layers, "original_linear": original_linear}
    for name, value in asked.items():
        if value and value != getattr(config, name):
            raise UsageError(
                f"{name} is {value}, but {folder} is extended already, "
                f"with {getattr(config, name)}: leave {name} out"
            )
    trained = load_weights(ExHubertForSequenceClassification, folder, config)
    had = heads_of(config)
    same = {
        "classifier": [config.id2label[i] for i in range(config.num_labels)] == list(labels),
        "emotion_classifier": had.emotions == heads.emotions,
        "rater": had.dimensions == heads.dimensions,
    }
    if all(same.values()):
        return trained
    kept = [head for head, is_same in same.items() if is_same and hasattr(trained, head)]
    if kept:  # each reads what the projector makes
        kept.append("projector")
    weights = {
        name: weight
        for name, weight in trained.state_dict().items()
        if name.partition(".")[0] in kept
    }
    model = _attach_heads(trained.hubert, labels, heads)
    model.load_state_dict(weights, strict=False)
    return model


def _attach_heads(
    backbone: ExHubertModel, labels: Sequence[str], heads: HeadLabels
) -> ExHubertForSequenceClassification:
    """New heads for these labels on a backbone."""
    backbone.config.id2label = dict(enumerate(labels))
    backbone.config.label2id = {label: index for index, label in enumerate(labels)}
    backbone.config.emotions = list(heads.emotions) or None
    backbone.config.dimensions = list(heads.dimensions) or None
    model = ExHubertForSequenceClassification(backbone.config, backbone)
    model.eval()
    return model


def load_weights(kind: type[Model], folder: Path, config: HubertConfig) -> Model:
    """Loads weights of which none may be missing; those of another head are dropped."""
    model: Model
    try:
        model, report = kind.from_pretrained(
            folder, config=config, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, RuntimeError, SafetensorError, UnpicklingError) as error:
        raise UsageError(f"{folder}: cannot load the weights: {error}") from error
    if missing := sorted(report["missing_keys"]):
        raise UsageError(
            f"{folder}: {len(missing)} weights are missing, {missing[0]} first; expected a whole "
            f"{kind.__name__} (num_hidden_layers={config.num_hidden_layers})"
        )
    return model
