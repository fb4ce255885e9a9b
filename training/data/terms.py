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


def redistributable_corpora(dataset: str | Path) -> frozenset[str]:
    """Corpora whose terms let them be passed on; none where nothing says so."""
    content = storage.read(storage.join(str(dataset), MANIFEST))
    if content is None:
        return frozenset()
    try:
        corpora = _Manifest.model_validate_json(content).corpora
    except ValidationError:  # not written by a build: nobody says that they may be
        return frozenset()
    return frozenset(name for name, corpus in corpora.items() if corpus.redistribute is True)
