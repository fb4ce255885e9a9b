"""Specs that a command line names: by id, by collection, or by file."""

from collections.abc import Sequence

from exhubert.cli.arguments.corpora import tell_lacking, unknown_corpus
from pipeline.specs.collections import choose_corpora
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.loader import load_specs
from pipeline.specs.shipped import builtin_ids


def specs_named(names: Sequence[str]) -> list[CorpusSpec]:
    """The specs of ids, of collections such as ``@emobox``, and of files.

    Raises:
        UsageError: There is no such collection.
        SpecError: There is no such corpus, or a file is no spec.
    """
    own = [name for name in names if name.endswith((".yaml", ".yml"))]
    known = builtin_ids()
    chosen = choose_corpora([name for name in names if name not in own], known)
    if unknown := [name for name in chosen.corpora if name not in known]:
        raise unknown_corpus(unknown[0], known)
    tell_lacking(chosen)
    return load_specs(chosen.corpora, own)
