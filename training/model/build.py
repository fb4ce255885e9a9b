"""Where a model to fine-tune comes from, and what is saved beside it.

A base is a checkpoint of one of :data:`training.model.backbones.BACKBONES` (a folder or a name on
the Hugging Face hub), an extended model to train further, or nothing but a configuration, for
random weights.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import PreTrainedConfig, PreTrainedModel, Wav2Vec2FeatureExtractor

from pipeline.common.errors import UsageError
from pipeline.schema.record import CLASSES, SAMPLE_RATE
from training.config.sections import ModelSection
from training.data.targets import SIX_CLASSES_ONLY, HeadLabels
from training.model.backbones import BACKBONES, HUBERT, Backbone, extend, find_backbone
from training.model.base_settings import check_settings
from training.model.configuration_exhubert import ExtendedConfig
from training.model.hub_files import CONFIG_FILE, backbone_of, find_checkpoint, find_config
from training.model.modeling_exhubert import ExtendedBackbone, ExtendedClassifier
from training.model.outputs import class_names, heads_of
from training.model.untrusted_checkpoint import LOADING_ERRORS, check_size, reason_of

Model = TypeVar("Model", bound=PreTrainedModel)


def build_model(
    base: str | Path | None,
    *,
    classes: Sequence[str] = CLASSES,
    heads: HeadLabels = SIX_CLASSES_ONLY,
    extended_layers: Sequence[int] | None = None,
    original_linear: bool = False,
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> ExtendedClassifier:
    """Builds a model to fine-tune; nothing is frozen yet.

    Args:
        base: Folder or hub name of a checkpoint of HuBERT, wav2vec 2.0 or WavLM with any head, or
            of an extended model (which keeps its own extension, and each head whose outputs are
            the same, with the projector that it reads). None for a HuBERT of random weights.
        classes: Names of the classes, in order.
        heads: Further heads; none unless named.
        extended_layers: Layers of the base that get a copy, ascending; None for every layer.
        original_linear: Whether originals get a linear too, as published.
        config: Settings that replace the base's, such as ``hidden_dropout`` or
            ``mask_time_prob``. With no base they are the architecture.
        seed: For whatever is not loaded. The global random state is left alone.

    Returns:
        The model in evaluation mode, in float32.

    Raises:
        UsageError: The base cannot be found or read, is none that can be extended, or lacks
            weights; or the settings do not fit it.

    Example:
        >>> model = build_model(None, classes=["calm", "tense"], config={
        ...     "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        ...     "intermediate_size": 32, "conv_dim": [8] * 7})
        >>> model.config.id2label
        {0: 'calm', 1: 'tense'}
    """
    settings = dict(config or {})
    folder = None if base is None else find_checkpoint(base)
    backbone, is_extended = (HUBERT, False) if folder is None else backbone_of(find_config(folder))
    check_settings(settings, backbone)
    layers = None if extended_layers is None else list(extended_layers)
    with _settings_explained(base, settings), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if folder is not None and is_extended:
            config_there = backbone.extended_config.from_pretrained(folder, **settings)
            _check_extension(folder, config_there, layers, original_linear)
            return _with_heads(load_classifier(folder, config_there), classes, heads)
        trained = (
            backbone.model(backbone.config(**settings))
            if folder is None
            else load_weights(
                backbone.model, folder, backbone.config.from_pretrained(folder, **settings)
            )
        )
        extended = extend(trained, layers, original_linear)
        # Extending leaves the base's LayerDrop behind; asked for by name, it is meant.
        extended.config.layerdrop = settings.get("layerdrop", 0.0)
        return _attach_heads(backbone, extended, classes, heads)


def empty_model(
    section: ModelSection,
    heads: HeadLabels = SIX_CLASSES_ONLY,
    classes: Sequence[str] = CLASSES,
) -> ExtendedClassifier:
    """The model that a recipe trains, without weights: on the meta device, and frozen.

    Args:
        section: The recipe's ``model``.
        heads: Further heads; none unless named.
        classes: Names of the classes, in order; none for a model of further heads alone.

    Raises:
        UsageError: The base is a name that is not known here, and the hub cannot be asked; or a
            setting is none of the base's, or out of range.
    """
    backbone, is_extended, settings = _settings_of(section.base)
    check_settings(section.config, backbone)
    settings = settings | section.config
    labels = {
        "id2label": dict(enumerate(classes)),
        "label2id": {name: number for number, name in enumerate(classes)},
        "emotions": list(heads.emotions) or None,
        "dimensions": list(heads.dimensions) or None,
    }
    with _settings_explained(section.base, section.config):
        if is_extended:
            config = backbone.extended_config(**(settings | labels))
        else:
            layers = section.extended_layers
            config = backbone.extended_config.from_base(
                backbone.config(**settings),
                extended_layers=None if layers is None else list(layers),
                original_linear=section.original_linear,
                **labels,
            )
        with torch.device("meta"):
            model = backbone.classifier(config)
    freeze(model, section)
    return model


def _settings_of(base: str | None) -> tuple[Backbone, bool, dict[str, Any]]:
    """Encoder of a base, whether it is extended already, and its settings; without its weights."""
    if base is None:
        return HUBERT, False, {}
    for backbone in BACKBONES:
        if base in backbone.known:
            return backbone, False, dict(backbone.known[base])
    settings = find_config(base)
    return *backbone_of(settings), settings


@contextmanager
def _settings_explained(base: str | Path | None, settings: Mapping[str, Any]) -> Iterator[None]:
    """Turns errors of building a model into one that names its settings."""
    try:
        yield
    except LOADING_ERRORS as error:
        # The strict dataclass wraps what went wrong in the name of the check that found it.
        reason = str(error.__cause__ or error)
        if not any(name in reason for name in settings):
            reason += f"; model.config is {dict(settings)}"
        raise UsageError(f"settings of the model (base: {base}): {reason}") from error


def freeze(model: ExtendedClassifier, section: ModelSection) -> None:
    """Freezes the parts that a recipe names."""
    if section.freeze_originals:
        model.freeze_original_layers()
    if section.freeze_feature_encoder:
        model.freeze_feature_encoder()


def compile_layers(model: ExtendedClassifier) -> None:
    """Compiles the encoder's layers in place, when they are first called.

    All layers share what one of them is compiled to, for clips and batches of any length. The
    model as a whole would be compiled again for every length.
    """
    for layer in model.backbone.encoder.layers:
        layer.compile(dynamic=True)


def save_model(model: ExtendedClassifier, output_dir: str | Path) -> None:
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
    for weights in Path(output_dir).glob("*.safetensors"):  # safetensors writes them with mode 0600
        weights.chmod(Path(output_dir, CONFIG_FILE).stat().st_mode)


def load_classifier(folder: Path, config: ExtendedConfig) -> ExtendedClassifier:
    """Loads a trained model, whatever its base, in evaluation mode.

    Args:
        folder: With the model's files.
        config: Its configuration.

    Raises:
        UsageError: A weight is missing, has another shape, or cannot be read.
    """
    return load_weights(find_backbone(config.model_type).classifier, folder, config)


def _check_extension(
    folder: Path,
    config: ExtendedConfig,
    extended_layers: list[int] | None,
    original_linear: bool,
) -> None:
    """Refuses to extend a model in another way than it is extended."""
    asked = {"extended_layers": extended_layers, "original_linear": original_linear}
    for name, value in asked.items():
        if value and value != getattr(config, name):
            raise UsageError(
                f"{name} is {value}, but {folder} is extended already, "
                f"with {getattr(config, name)}: leave {name} out"
            )


def _with_heads(
    trained: ExtendedClassifier, classes: Sequence[str], heads: HeadLabels
) -> ExtendedClassifier:
    """A trained model, with new heads where it has others."""
    config = trained.config
    had = heads_of(config)
    same = {
        "classifier": class_names(config) == list(classes),
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
    backbone = find_backbone(config.model_type)
    model = _attach_heads(backbone, trained.backbone, classes, heads)
    model.load_state_dict(weights, strict=False)
    return model


def _attach_heads(
    backbone: Backbone, extended: ExtendedBackbone, classes: Sequence[str], heads: HeadLabels
) -> ExtendedClassifier:
    """New heads on an extended encoder."""
    config = extended.config
    config.id2label = dict(enumerate(classes))
    config.label2id = {label: index for index, label in enumerate(classes)}
    config.emotions = list(heads.emotions) or None
    config.dimensions = list(heads.dimensions) or None
    model = backbone.classifier(config, extended)
    model.eval()
    return model


def load_weights(kind: type[Model], folder: Path, config: PreTrainedConfig) -> Model:
    """Loads weights of which none may be missing; those of another head are dropped.

    Raises:
        UsageError: A weight is missing, has another shape, or cannot be read.
    """
    check_size(folder, config)
    try:
        loaded: Any = kind.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # told below, in one line
        )
    except LOADING_ERRORS as error:
        raise UsageError(f"{folder}: cannot load the weights: {reason_of(error)}") from error
    model: Model
    model, report = loaded
    if mismatched := sorted(report["mismatched_keys"]):
        name, stored, wanted = mismatched[0]
        raise UsageError(
            f"{folder}: cannot load the weights: {name} is {tuple(stored)}, expected "
            f"{tuple(wanted)} by {CONFIG_FILE}"
        )
    if missing := sorted(report["missing_keys"]):
        raise UsageError(
            f"{folder}: {len(missing)} weights are missing, {missing[0]} first; expected a whole "
            f"{kind.__name__} (num_hidden_layers={config.num_hidden_layers})"
        )
    return model
