"""Reads the published ExHuBERT weights into our model, and writes them as safetensors.

The published file is a pickle of a flat network: encoder layer ``2i`` is an original, ``2i + 1``
its copy, and each ends in a linear ``gate_bb_linear``. Here a pair is one module. The weights
(hub name ``amiriparian/ExHuBERT``) are licensed CC BY-NC-SA 4.0: for research only.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import HubertConfig

from pipeline.common.errors import UsageError
from training.model.backbones import HUBERT
from training.model.build import save_model
from training.model.configuration_exhubert import ExHubertConfig
from training.model.hub_files import CONFIG_FILE, WEIGHT_FILES, find_checkpoint
from training.model.modeling_exhubert import ExHubertForSequenceClassification

PUBLISHED_CONFIG: Mapping[str, Any] = {
    **HUBERT.known["facebook/hubert-large-ls960-ft"],
    "classifier_proj_size": 256,
}
"""Where HuBERT-large, the base of the published model, differs from ``HubertConfig()``."""


def convert(source: str | Path, output_dir: str | Path) -> None:
    """Writes the published model as a folder that ``training`` and ``transformers`` load.

    Published results were had on 3 s windows, padded, without an attention mask: to repeat them
    give such input. The feature extractor saved here returns a mask, so padding does not count.

    Args:
        source: Hub name, folder or file; see :func:`convert_published`.
        output_dir: Folder that does not exist yet, or is empty.

    Raises:
        UsageError: The output folder holds something, or the source is not what was published.
    """
    output_dir = Path(output_dir)
    if output_dir.is_file() or (output_dir.is_dir() and any(output_dir.iterdir())):
        raise UsageError(f"{output_dir} is not an empty folder: give --output a new one")
    save_model(convert_published(source), output_dir)


def convert_published(source: str | Path) -> ExHubertForSequenceClassification:
    """The published model, with named classes.

    Args:
        source: Hub name, folder, or file (``.bin``, ``.safetensors``). Settings come from the
            ``config.json`` beside the weights, or are those of HuBERT-large.

    Returns:
        The model in evaluation mode. It computes what the published one does; no weight is
        changed.

    Raises:
        UsageError: There is no such source, or a key or shape differs from what was published.
    """
    path = _find_weights(source)
    published = _read_weights(path)
    with torch.device("meta"):  # only shapes are needed until the weights are put in
        model = ExHubertForSequenceClassification(_read_config(path, published))
    shapes = {published_key(key): tensor.shape for key, tensor in model.state_dict().items()}
    _check(path, published, shapes)
    weights = {key: published[published_key(key)].contiguous() for key in model.state_dict()}
    model.load_state_dict(weights, assign=True)
    model.eval()
    return model


def published_key(key: str) -> str:
    """What one of our weights is called in the published file.

    Example:
        >>> published_key("hubert.encoder.layers.3.copy_linear.weight")
        'hubert.encoder.layers.7.gate_bb_linear.weight'
        >>> published_key("hubert.encoder.layers.3.original.attention.k_proj.bias")
        'hubert.encoder.layers.6.attention.k_proj.bias'
    """
    prefix = "hubert.encoder.layers."
    if part := re.fullmatch(re.escape(prefix) + r"(\d+)\.(original|copy)(_linear)?\.(.+)", key):
        pair, side, linear, weight = part.groups()
        index = 2 * int(pair) + (side == "copy")
        return f"{prefix}{index}.{'gate_bb_linear.' if linear else ''}{weight}"
    # The names of weight normalisation before torch 2.1.
    key = key.replace("parametrizations.weight.original0", "weight_g")
    return key.replace("parametrizations.weight.original1", "weight_v")


def _find_weights(source: str | Path) -> Path:
    """The file with the weights."""
    if (path := Path(source).expanduser()).is_file():
        return path
    folder = find_checkpoint(source)
    for name in WEIGHT_FILES:
        if (folder / name).is_file():
            return folder / name
    raise UsageError(f"{folder}: expected the weights in one file, {' or '.join(WEIGHT_FILES)}")


def _read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Reads tensors, and nothing else that a pickle might hold."""
    try:
        if path.suffix == ".safetensors":
            weights: Any = load_file(path)
        else:
            weights = torch.load(path, map_location="cpu", weights_only=True)
    except (UnpicklingError, SafetensorError, RuntimeError, EOFError) as error:
        raise UsageError(f"{path}: not a file of weights: {error}") from error
    if not isinstance(weights, dict) or not all(map(torch.is_tensor, weights.values())):
        raise UsageError(f"{path}: expected a dictionary of tensors (a state dict)")
    return dict(weights)


def _read_config(path: Path, published: Mapping[str, torch.Tensor]) -> ExHubertConfig:
    """Settings beside the weights; the number of layers is what the file has."""
    found = re.findall(r"encoder\.layers\.(\d+)\.gate_bb_linear\.weight", " ".join(published))
    if not found or len(found) % 2:
        raise UsageError(
            f"{path}: expected pairs of encoder layers, each with a gate_bb_linear, but found "
            f"{len(found)} such layers: these are not the weights of a published ExHuBERT"
        )
    beside = path.with_name(CONFIG_FILE)
    settings = dict(PUBLISHED_CONFIG)
    try:
        if beside.is_file():
            settings = json.loads(beside.read_text(encoding="utf-8"))
        settings["num_hidden_layers"] = len(found) // 2
        return ExHubertConfig.from_base(HubertConfig(**settings), original_linear=True)
    except (StrictDataclassError, ValueError) as error:
        raise UsageError(f"{beside}: {error.__cause__ or error}") from error


def _check(
    path: Path, published: Mapping[str, torch.Tensor], shapes: Mapping[str, torch.Size]
) -> None:
    """Compares every key and shape with what is expected."""
    for key in sorted(shapes.keys() | published.keys()):
        expected = tuple(shapes[key]) if key in shapes else "no such key"
        found = tuple(published[key].shape) if key in published else "no such key"
        if found != expected:
            raise UsageError(f"{path}: {key}: found {found}, expected {expected}")
