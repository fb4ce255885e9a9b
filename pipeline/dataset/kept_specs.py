"""Specs that a dataset was built from: kept in it, so that the next command uses the same.

Those of users are read again from there; the shipped ones are those of the release, which may have
learnt since.
"""

from collections.abc import Collection, Mapping

import yaml
from pydantic import BaseModel

from pipeline.common.errors import DataError
from pipeline.dataset.manifest import Manifest
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme
from pipeline.specs.loader import parse_spec
from pipeline.storage import files as storage

SPECS = "specs"
"""Folder of the specs, below the dataset folder."""


def spec_path(output: str, corpus: str) -> str:
    """Path or URL of the spec of a corpus in a dataset."""
    return storage.join(output, SPECS, f"{corpus}.yaml")


def keep_specs(
    output: str,
    specs: Mapping[str, CorpusSpec],
    scheme: EmotionScheme,
    others: Collection[str] = (),
) -> None:
    """Keeps specs by which corpora were built or relabelled, and the categories they name.

    Args:
        output: The dataset folder.
        specs: The specs, by corpus.
        scheme: The shared categories.
        others: Further corpora of the dataset, whose specs stay; those of no corpus are deleted.
    """
    stay = {f"{name}.yaml" for name in (*specs, *others, "emotions")}
    for name in set(storage.list_names(storage.join(output, SPECS))) - stay:
        if name.endswith(".yaml"):
            storage.delete(storage.join(output, SPECS, name))
    for corpus, spec in specs.items():
        storage.write_atomic(spec_path(output, corpus), _to_yaml(spec))
    if specs:
        storage.write_atomic(storage.join(output, SPECS, "emotions.yaml"), _to_yaml(scheme))


def read_kept_specs(
    output: str, manifest: Manifest | None, given: Collection[str] = ()
) -> dict[str, CorpusSpec]:
    """Users' own specs that a dataset keeps, by corpus.

    Args:
        output: The dataset folder.
        manifest: Manifest of the dataset; None where there is none.
        given: Corpora whose specs the user has given anew, which are not read.

    Raises:
        DataError: One is missing, or is that of another corpus.
        SpecError: One is not valid.
    """
    corpora = manifest.corpora if manifest else {}
    return {
        corpus: _read(output, corpus)
        for corpus, entry in corpora.items()
        if entry.own_spec and corpus not in given
    }


def read_kept_spec(output: str, corpus: str) -> CorpusSpec | None:
    """The spec by which a corpus of a dataset was built; None where it is not there.

    Raises:
        SpecError: It is not valid.
    """
    path = spec_path(output, corpus)
    content = storage.read(path)
    return parse_spec(content, path) if content else None


def _read(output: str, corpus: str) -> CorpusSpec:
    path = spec_path(output, corpus)
    spec = read_kept_spec(output, corpus)
    if spec is None or spec.id != corpus:
        raise DataError(
            f"{path}: missing, or not the spec of {corpus}, which was built by a spec of your own; "
            "give --spec FILE, or --shipped-specs for the one of this release"
        )
    return spec


def _to_yaml(model: BaseModel) -> bytes:
    stated = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
    text: str = yaml.safe_dump(stated, sort_keys=False, allow_unicode=True, width=100)
    return text.encode()
