"""Descriptions of a dataset beside its shards: card, Croissant and manifest."""

from pipeline.dataset.card import make_card
from pipeline.dataset.croissant.description import make_croissant
from pipeline.dataset.manifest import Manifest, manifest_path
from pipeline.storage import files as storage


def write_descriptions(output: str, manifest: Manifest) -> None:
    """Writes ``README.md``, ``croissant.json`` and, last, the manifest that they follow from.

    Args:
        output: The dataset folder.
        manifest: Manifest from now on.

    Raises:
        DataError: A store does not take them.
        OSError: The disk does not.
    """
    storage.write_atomic(storage.join(output, "README.md"), make_card(manifest))
    storage.write_atomic(storage.join(output, "croissant.json"), make_croissant(manifest))
    storage.write_atomic(manifest_path(output), manifest.model_dump_json(indent=2) + "\n")
