"""Folds of a protocol as names and tables of a corpus give them, before anything is built."""

from collections.abc import Collection, Iterable

import pandas as pd

from pipeline.dataset.protocols import describe_corpus, fold_corpus, state_protocol
from pipeline.planning.index_corpus import IndexedCorpus
from pipeline.schema.utterance import Utterance
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.splits.protocols.protocol import ProtocolStatement
from pipeline.splits.protocols.rules import (
    ProtocolName,
    field_column,
    fields_needed,
    knows,
)


def check_protocol(
    name: ProtocolName, corpora: Iterable[tuple[CorpusSpec, IndexedCorpus]]
) -> ProtocolStatement:
    """States the folds of indexed corpora; audio shared by parts is not known yet.

    Args:
        name: Of the protocol.
        corpora: Specs, and the corpora as they were indexed.
    """
    parts = {}
    for spec, indexed in corpora:
        corpus = describe_corpus(spec)
        if knows(name, corpus):
            rows = utterance_rows(indexed.utterances, fields_needed(name, corpus))
            parts[spec.id] = fold_corpus(name, rows, corpus)
    return state_protocol(name, parts)


def utterance_rows(utterances: Iterable[Utterance], fields: Collection[str]) -> pd.DataFrame:
    """Rows as the folds of a corpus are made from them, of the utterances to be written."""
    usable = [one for one in utterances if one.dropped is None]
    columns = ("id", "corpus", "split", "speaker", "label", "label_native", "emotion")
    data: dict[str, list[object]] = {
        name: [getattr(one, name) for one in usable] for name in columns
    }
    data |= {field_column(name): [one.annotations.get(name) for one in usable] for name in fields}
    data["audio_xxh3"] = [None] * len(usable)
    return pd.DataFrame(data, dtype=object)
