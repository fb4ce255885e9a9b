"""Which corpora of a dataset may be passed on, as its manifest says."""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from pipeline.storage import files as storage
from training.data.dataset_files import MANIFEST


class _Corpus(BaseModel):
    redistribute: bool | None = None


class _Manifest(BaseModel):
    """The one part of a manifest that is read here."""

    corpora: dict[str, _Corpus] = {}


def redistribution(dataset: str | Path) -> dict[str, bool | None]:
    """Corpus → whether it may be passed on; None, or no entry, where nobody has said."""
    content = storage.read(storage.join(str(dataset), MANIFEST))
    if content is None:
        return {}
    try:
        corpora = _Manifest.model_validate_json(content).corpora
    except ValidationError:  # not written by a build: nobody says that they may be
        return {}
    return {name: corpus.redistribute for name, corpus in corpora.items()}


def redistributable_corpora(dataset: str | Path) -> frozenset[str]:
    """Corpora whose terms let them be passed on; none where nothing says so."""
    return frozenset(name for name, may in redistribution(dataset).items() if may)
