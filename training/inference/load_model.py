"""A trained model as `exhubert train` leaves it, or as the Hub holds it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, PreTrainedConfig

from pipeline.common.errors import UsageError
from training.config.recipe import read_data_section
from training.config.run_files import PROVENANCE_FILE, RECIPE_FILE
from training.config.sections import DataSection
from training.data.targets import HeadLabels
from training.inference.devices import inference_device
from training.model.backbones import BACKBONES
from training.model.build import load_classifier
from training.model.configuration_exhubert import ExtendedConfig
from training.model.hub_files import (
    CONFIG_FILE,
    backbone_of,
    find_checkpoint,
    find_config,
    find_file,
    read_settings,
)
from training.model.modeling_exhubert import ExtendedClassifier
from training.model.outputs import class_names, heads_of
from training.model.provenance import check_provenance
from training.model.untrusted_checkpoint import LOADING_ERRORS, reason_of


@dataclass(frozen=True)
class LoadedModel:
    """A model ready for inference.

    Attributes:
        name: The folder or Hub name it was loaded from.
        model: In evaluation mode, on ``device``.
        data: Window and longest clip of its training, in seconds.
        provenance: What it was trained on; empty for a model saved without.
        device: Where it runs.
    """

    name: str
    model: ExtendedClassifier
    data: DataSection
    provenance: dict[str, Any]
    device: torch.device

    @property
    def classes(self) -> list[str]:
        """Names of the classes, in index order."""
        return class_names(self.model.config)

    @property
    def heads(self) -> HeadLabels:
        """The heads beside that of the classes."""
        return heads_of(self.model.config)


def load_model(name: str | Path) -> LoadedModel:
    """Loads a trained model from a folder or the Hub, on the GPU if there is one, in float32.

    Raises:
        UsageError: There is no such model, its training has not finished, it is not extended,
            its files are damaged, or the hub does not say whether it has some.
    """
    folder = Path(name)
    if (folder / RECIPE_FILE).is_file() and not (folder / CONFIG_FILE).is_file():
        raise UsageError(
            f"{name}: its training has not finished: go on with `exhubert train --output {name} "
            "--resume` and the settings it was started with"
        )
    config = _read_config(name)
    if not isinstance(config, ExtendedConfig):
        known = ", ".join(repr(backbone.extended_type) for backbone in BACKBONES)
        bases = " or ".join(backbone.title for backbone in BACKBONES)
        raise UsageError(
            f"{name}: a {config.model_type!r} model, expected {known}. `exhubert train` makes "
            f"one from {bases}, `exhubert convert` from the published weights"
        )
    recipe, provenance = find_file(name, RECIPE_FILE), read_provenance(name)
    data = DataSection() if recipe is None else read_data_section(recipe)
    model = load_classifier(find_checkpoint(name), config)
    device = inference_device()
    return LoadedModel(str(name), model.eval().to(device), data, provenance, device)


def rates_only(name: str | Path) -> bool:
    """Whether a model rates dimensions and knows no classes; False, too, where there is none.

    Raises:
        UsageError: Its configuration is damaged.
    """
    path = _find_settings(name)
    return path is not None and read_settings(path).get("id2label") == {}


def _find_settings(name: str | Path) -> Path | None:
    """The configuration of a model; None where there is none or, as loading then says, no hub."""
    try:
        return find_file(name, CONFIG_FILE)
    except UsageError:
        return None


def _read_config(name: str | Path) -> PreTrainedConfig:
    """The configuration of a model, whose own code is never run.

    Raises:
        UsageError: There is no such model, or its configuration is damaged.
    """
    path = _find_settings(name)
    kind = read_settings(path).get("model_type") if path else None
    try:
        config: PreTrainedConfig = AutoConfig.from_pretrained(str(name), trust_remote_code=False)
    except (OSError, ValueError) as error:
        if "trust_remote_code" in str(error):
            raise UsageError(
                f"{name}: a model that brings code of its own, which is never run here; expected "
                "one that `exhubert train` or `exhubert convert` wrote"
            ) from error
        if any(kind == backbone.extended_type for backbone in BACKBONES):
            raise UsageError(f"{path}: {reason_of(error)}") from error
        raise UsageError(
            f"{name}: no model found: expected a folder that `exhubert train` or "
            f"`exhubert convert` wrote, or a name on the Hugging Face Hub ({_first_line(error)})"
        ) from error
    except LOADING_ERRORS as error:
        raise UsageError(f"{path or name}: {reason_of(error)}") from error
    return config


def read_provenance(name: str | Path) -> dict[str, Any]:
    """The provenance that a model was saved with; empty for one saved without.

    Raises:
        UsageError: The file is damaged, what is read of it has another type, or the hub does not
            say whether there is one.
    """
    path = find_file(name, PROVENANCE_FILE)
    if path is None:
        return {}
    try:
        provenance = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON: {error}") from error
    return check_provenance(provenance, path)


def provenance_of_base(base: str | Path | None) -> dict[str, Any] | None:
    """The provenance of a base, as far as it states the labels it was trained on.

    Args:
        base: Folder or hub name; None for random weights.

    Returns:
        None for random weights and for a base that is not extended, which saw no labels; empty for
        an extended model that says nothing.

    Raises:
        UsageError: There is no such base, or its file is damaged.
    """
    if base is None or not backbone_of(find_config(base))[1]:
        return None
    provenance = read_provenance(base)
    return {
        name: value for name, value in provenance.items() if name not in ("history", "versions")
    }


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
