"""The licence that the card of a base states."""

from pathlib import Path

import yaml
from huggingface_hub import ModelCard

from pipeline.common.errors import UsageError
from pipeline.specs.licence_terms import HUB_LICENCES
from training.model.hub_files import find_file

UNKNOWN = "unknown"
"""The licence of a base that has no card, or whose card does not say."""


def licence_of_base(base: str | Path | None) -> str | None:
    """The licence of a base, by its SPDX identifier where it has one.

    Args:
        base: Folder or hub name; None for random weights.

    Returns:
        None for random weights; :data:`UNKNOWN` where there is no card, or no network to fetch it.
    """
    if base is None:
        return None
    try:
        card = find_file(base, "README.md")
    except UsageError:  # a cache that others filled has weights, and no card
        return UNKNOWN
    if card is None:
        return UNKNOWN
    try:
        stated = ModelCard.load(card, ignore_metadata_errors=True).data.license
    except (OSError, ValueError, yaml.YAMLError):  # no YAML at its head, or a damaged one
        return UNKNOWN
    spelt = {hub: spdx for spdx, hub in HUB_LICENCES.items()}
    return spelt.get(stated, stated) if isinstance(stated, str) else UNKNOWN
