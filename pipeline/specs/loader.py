"""Loads corpus specs, shipped ones by id and the user's own by file, and checks them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pipeline.common.errors import UsageError
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.shipped import builtin_file, builtin_ids
from pipeline.specs.yaml_reader import SpecError, load_yaml, parse_yaml


def load_specs(
    corpora: Sequence[str] = (),
    spec_files: Sequence[str | Path] = (),
    kept: Mapping[str, CorpusSpec] = MappingProxyType({}),
) -> list[CorpusSpec]:
    """Loads shipped specs by id, and specs of the user's own by file.

    Args:
        corpora: Ids of shipped specs. Without any, all of them, unless ``spec_files`` are given.
        spec_files: Spec files of the user's own; one with the id of a shipped spec replaces it.
        kept: Specs, by id, that stand in for the shipped ones or beside them.

    Returns:
        The specs, sorted by id.

    Raises:
        SpecError: A spec is invalid, unknown or given twice.
    """
    own = load_own_specs(spec_files)
    wanted = corpora or ([] if own else [*builtin_ids(), *kept])
    shipped = {
        corpus: kept[corpus] if corpus in kept else load_spec(builtin_file(corpus))
        for corpus in wanted
        if corpus not in own
    }
    return [spec for _, spec in sorted((shipped | own).items())]


def load_own_specs(spec_files: Sequence[str | Path]) -> dict[str, CorpusSpec]:
    """Loads specs of the user's own, by the id of their corpus.

    Raises:
        SpecError: A spec is invalid, or two describe one corpus.
    """
    own: dict[str, CorpusSpec] = {}
    for file in spec_files:
        spec = load_spec(file)
        if spec.id in own:
            raise SpecError(
                f"{file}: corpus {spec.id!r} is already described by another --spec file"
            )
        own[spec.id] = spec
    return own


def is_shipped(spec: CorpusSpec) -> bool:
    """Whether a spec says what the shipped one of its corpus says."""
    return spec.id in builtin_ids() and load_spec(builtin_file(spec.id)) == spec


def load_spec(file: str | Path) -> CorpusSpec:
    """Reads and checks one spec file.

    Raises:
        SpecError: The file can't be read, is not YAML, breaks the language or names an unknown
            category; every fault is listed with its line.
    """
    return _check_categories(load_yaml(file, CorpusSpec), str(file))


def parse_spec(content: bytes, name: str) -> CorpusSpec:
    """Checks the content of a spec file that lies elsewhere; ``name`` is where.

    Raises:
        SpecError: As for :func:`load_spec`.
    """
    return _check_categories(parse_yaml(content, name, CorpusSpec), name)


def _check_categories(spec: CorpusSpec, file: str) -> CorpusSpec:
    try:
        emotion_scheme().check(spec)
    except UsageError as error:
        raise SpecError(f"{file}: {error}") from None
    return spec
