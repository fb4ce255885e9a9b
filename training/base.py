"""Where a model to fine-tune comes from, and what is saved beside it.

A base is a HuBERT checkpoint (a folder or a name on the Hugging Face hub), an ExHuBERT of ours to
train further, or nothing but a configuration, for random weights.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeVar

import torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, HFValidationError, StrictDataclassError
from safetensors import SafetensorError
from transformers import HubertConfig, HubertModel, Wav2Vec2FeatureExtractor

from pipeline.errors import UsageError
from pipeline.schema import CLASSES, SAMPLE_RATE
from training.configuration_exhubert import ExHubertConfig
from training.heads import SIX_CLASSES_ONLY, Heads
from training.modeling_exhubert import (
    ExHubertForSequenceClassification,
    ExHubertModel,
    extend_hubert,
)

CONFIG_FILE = "config.json"
FEATURE_EXTRACTOR_FILE = "preprocessor_config.json"
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
"""In the order they are looked for. The second is a pickle: only ever read as bare tensors."""

Model = TypeVar("Model", HubertModel, ExHubertForSequenceClassification)


def build_model(
    base: str | Path | None,
    *,
    labels: Sequence[str] = CLASSES,
    heads: Heads = SIX_CLASSES_ONLY,
    extended_layers: Sequence[int] | None = None,
    original_linear: bool = False,
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> ExHubertForSequenceClassification:
    """Builds a model to fine-tune; nothing is frozen yet.

    Args:
        base: Folder or hub name of a HuBERT checkpoint with any head, or of an ExHuBERT of ours
            (which keeps its own extension, and each head whose labels are the same). None for
            random weights.
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
    _check_names(settings)
    folder = None if base is None else find_checkpoint(base)
    layers = None if extended_layers is None else list(extended_layers)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            if folder is not None and _model_type(folder) == ExHubertConfig.model_type:
                return _continue_from(folder, labels, heads, layers, original_linear, settings)
            hubert = (
                HubertModel(HubertConfig(**settings))
                if folder is None
                else _load(HubertModel, folder, HubertConfig.from_pretrained(folder, **settings))
            )
            backbone = extend_hubert(hubert, layers, original_linear)
            # Extending leaves the base's LayerDrop behind; asked for by name, it is meant.
            backbone.config.layerdrop = settings.get("layerdrop", 0.0)
            return _put_heads(backbone, labels, heads)
    except (StrictDataclassError, ValueError) as error:
        # The strict dataclass wraps what went wrong in the name of the check that found it.
        reason = error.__cause__ or error
        raise UsageError(f"settings of the model (base: {base}): {reason}") from error


def find_checkpoint(base: str | Path) -> Path:
    """The folder with a checkpoint's files, fetched from the hub if it is not here.

    Args:
        base: A folder, or the name of a repository on the Hugging Face hub. Its files are taken
            from the cache where they are there.

    Raises:
        UsageError: The folder lacks a file, or there is neither folder, cache entry nor network.
    """
    folder = Path(base).expanduser()
    if not folder.is_dir():
        return _fetch(str(base))
    if not (folder / CONFIG_FILE).is_file():
        raise UsageError(f"{folder}: no {CONFIG_FILE}, so this is no folder of a checkpoint")
    # A large checkpoint is split into model-00001-of-00002.safetensors and so on.
    if not (any(folder.glob("model*.safetensors")) or any(folder.glob("pytorch_model*.bin"))):
        raise UsageError(f"{folder}: no weights, expected {' or '.join(WEIGHT_FILES)}")
    return folder


def load_feature_extractor(base: str | Path | None) -> Wav2Vec2FeatureExtractor:
    """What turns clips into input: the base's own, else zero mean and unit variance a clip.

    It always returns an attention mask, so that padding is neither attended to nor averaged in.

    Raises:
        UsageError: The base cannot be found, or wants another sampling rate than 16 kHz.
    """
    folder = None if base is None else find_checkpoint(base)
    if folder is None or not (folder / FEATURE_EXTRACTOR_FILE).is_file():
        return Wav2Vec2FeatureExtractor(
            sampling_rate=SAMPLE_RATE, do_normalize=True, return_attention_mask=True
        )
    extractor = Wav2Vec2FeatureExtractor.from_pretrained(folder, return_attention_mask=True)
    if extractor.sampling_rate != SAMPLE_RATE:
        raise UsageError(
            f"{folder / FEATURE_EXTRACTOR_FILE}: sampling_rate is {extractor.sampling_rate}, "
            f"but datasets here are {SAMPLE_RATE} Hz"
        )
    return extractor


def save_model(
    model: ExHubertForSequenceClassification,
    output_dir: str | Path,
    feature_extractor: Wav2Vec2FeatureExtractor | None = None,
) -> None:
    """Writes all that ``transformers.pipeline`` needs: weights (safetensors), settings, input.

    Args:
        model: What to save.
        output_dir: Folder, made if need be.
        feature_extractor: From :func:`load_feature_extractor`; None for the usual one.
    """
    model.save_pretrained(output_dir)
    (feature_extractor or load_feature_extractor(None)).save_pretrained(output_dir)


def _check_names(settings: Mapping[str, Any]) -> None:
    """Refuses settings HuBERT does not have; it would take them without a word."""
    known = {field.name for field in fields(HubertConfig)} - {"id2label", "label2id"}
    for name in settings:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise UsageError(f"model setting {name!r} is none of HubertConfig's{hint}")


def _model_type(folder: Path) -> str:
    """``hubert`` or ``exhubert``; anything else is an error."""
    path = folder / CONFIG_FILE
    model_type = json.loads(path.read_text(encoding="utf-8")).get("model_type")
    if model_type not in (HubertConfig.model_type, ExHubertConfig.model_type):
        raise UsageError(f"{path}: model_type is {model_type!r}, expected 'hubert' or 'exhubert'")
    return str(model_type)


def _continue_from(
    folder: Path,
    labels: Sequence[str],
    heads: Heads,
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
    trained = _load(ExHubertForSequenceClassification, folder, config)
    had = Heads.of(config)
    same = {
        "classifier": [config.id2label[i] for i in range(config.num_labels)] == list(labels),
        "emotion_classifier": had.emotions == heads.emotions,
        "rater": had.dimensions == heads.dimensions,
    }
    if all(same.values()):
        return trained
    kept = ["projector", *(head for head, is_same in same.items() if is_same)]
    weights = {
        name: weight
        for name, weight in trained.state_dict().items()
        if same["classifier"] and name.partition(".")[0] in kept
    }
    model = _put_heads(trained.hubert, labels, heads)
    model.load_state_dict(weights, strict=False)
    return model


def _put_heads(
    backbone: ExHubertModel, labels: Sequence[str], heads: Heads
) -> ExHubertForSequenceClassification:
    """New heads for these labels on a backbone."""
    backbone.config.id2label = dict(enumerate(labels))
    backbone.config.label2id = {label: index for index, label in enumerate(labels)}
    backbone.config.emotions = list(heads.emotions) or None
    backbone.config.dimensions = list(heads.dimensions) or None
    model = ExHubertForSequenceClassification(backbone.config, backbone)
    model.eval()
    return model


def _load(kind: type[Model], folder: Path, config: HubertConfig) -> Model:
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


def _fetch(name: str) -> Path:
    """Folder in the Hugging Face cache with the files of a repository on the hub."""
    try:
        config = Path(hf_hub_download(name, CONFIG_FILE))
    except (OSError, EntryNotFoundError, HFValidationError) as error:
        raise _not_found(name, CONFIG_FILE, error) from error
    for optional in (FEATURE_EXTRACTOR_FILE, *WEIGHT_FILES):
        try:
            hf_hub_download(name, optional)
        except (OSError, EntryNotFoundError) as error:
            if optional == WEIGHT_FILES[-1]:
                raise _not_found(name, " or ".join(WEIGHT_FILES), error) from error
        else:
            if optional in WEIGHT_FILES:
                break
    return config.parent


def _not_found(name: str, file: str, error: Exception) -> UsageError:
    """The error that says how to get a checkpoint to a machine without a network."""
    return UsageError(
        f"{name}: no folder of this name, and {file} is neither in the Hugging Face cache nor to "
        f"be had from the hub ({str(error).splitlines()[0]}).\n"
        f"On a machine with a network, fetch {CONFIG_FILE}, {FEATURE_EXTRACTOR_FILE} and "
        f"{' (or '.join(WEIGHT_FILES)}) into a folder:\n"
        f"  hf download {name} {CONFIG_FILE} {FEATURE_EXTRACTOR_FILE} {WEIGHT_FILES[-1]} "
        f"--local-dir {Path(name).name}\n"
        f"Bring the folder here and give its path instead of {name}."
    )
