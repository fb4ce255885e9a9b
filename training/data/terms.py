"""Which corpora of a dataset may be passed on, as its manifest says."""

from pathlib import Path

from pydantic import BaseModel

from pipeline.common.errors import DataError
from training.data.manifest import read_manifest


class _Corpus(BaseModel):
    redistribute: bool | None = None


class _Corpora(BaseModel):
    """The part of a manifest that says what may be passed on."""

    corpora: dict[str, _Corpus] = {}


def redistribution(dataset: str | Path) -> dict[str, bool | None]:
    """Corpus → whether it may be passed on; None, or no entry, where that is not stated."""
    try:
        manifest = read_manifest(dataset, _Corpora)
    except DataError:  # not written by a build: nobody says that they may be
        return {}
    if manifest is None:
        return {}
    return {name: corpus.redistribute for name, corpus in manifest.corpora.items()}


def redistributable_corpora(dataset: str | Path) -> frozenset[str]:
    """Corpora whose terms let them be passed on; none where terms are not stated."""
    return frozenset(name for name, may in redistribution(dataset).items() if may)
