"""Published folds that come with exhubert: ``corpora_specs/protocols/NAME/CORPUS.yaml``."""

from functools import cache

from pipeline.specs.shipped import SHIPPED_SPECS
from pipeline.specs.yaml_reader import load_yaml
from pipeline.splits.protocols.protocol_spec import ProtocolSpec

_FOLDER = SHIPPED_SPECS / "protocols"


@cache
def published_names() -> tuple[str, ...]:
    """Names of the protocols whose folds come with exhubert."""
    return tuple(sorted(folder.name for folder in _FOLDER.iterdir() if folder.is_dir()))


@cache
def published_corpora(protocol: str) -> tuple[str, ...]:
    """Ids of the corpora that a published protocol knows, with a spec or without."""
    return tuple(sorted(file.stem for file in (_FOLDER / protocol).glob("*.yaml")))


@cache
def published_protocols(corpus: str) -> dict[str, ProtocolSpec]:
    """Published protocols of a corpus, by name; none for one that no protocol knows."""
    return {
        name: load_yaml(_FOLDER / name / f"{corpus}.yaml", ProtocolSpec)
        for name in published_names()
        if corpus in published_corpora(name)
    }
