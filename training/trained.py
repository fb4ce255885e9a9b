"""A trained model as `exhubert train` leaves it, or as the Hub holds it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig

from pipeline.errors import UsageError
from training.configuration_exhubert import ExHubertConfig
from training.heads import Heads
from training.modeling_exhubert import ExHubertForSequenceClassification
from training.recipe import DataSection, read_data_section

RECIPE_FILE = "training_config.yaml"
PROVENANCE_FILE = "provenance.json"


@dataclass(frozen=True)
class Trained:
    """A model ready for inference.

    Attributes:
        name: The folder or Hub name it was loaded from.
        model: In evaluation mode, on ``device``.
        data: How its training saw clips: window and longest clip, in seconds.
        provenance: What it was trained on; empty for a model that does not say.
        device: Where it runs.
    """

    name: str
    model: ExHubertForSequenceClassification
    data: DataSection
    provenance: dict[str, Any]
    device: torch.device

    @property
    def labels(self) -> list[str]:
        """Names of the classes, in index order."""
        names = self.model.config.id2label
        return [names[index] for index in range(len(names))]

    @property
    def heads(self) -> Heads:
        """The heads beside that of the classes."""
        return Heads.of(self.model.config)


def load_trained(name: str | Path) -> Trained:
    """Loads a trained ExHuBERT from a folder or the Hub, on the GPU if there is one.

    Raises:
        UsageError: There is no such model, or it is not an ExHuBERT.
    """
    try:
        config = AutoConfig.from_pretrained(str(name))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{name}: no model found: expected a folder that `exhubert train` or "
            f"`exhubert convert` wrote, or a name on the Hugging Face Hub ({_first_line(error)})"
        ) from error
    if not isinstance(config, ExHubertConfig):
        raise UsageError(
            f"{name}: a {config.model_type!r} model, expected 'exhubert'. `exhubert train` makes "
            "one from a HuBERT, `exhubert convert` from the published weights"
        )
    try:
        model = ExHubertForSequenceClassification.from_pretrained(str(name))
    except OSError as error:
        raise UsageError(f"{name}: no weights found: {_first_line(error)}") from error
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    folder = Path(name)
    recipe, provenance = folder / RECIPE_FILE, folder / PROVENANCE_FILE
    return Trained(
        name=str(name),
        model=model.eval().to(device),
        data=read_data_section(recipe) if recipe.is_file() else DataSection(),
        provenance=json.loads(provenance.read_text(encoding="utf-8"))
        if provenance.is_file()
        else {},
        device=device,
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
