"""Folds of a protocol as names and tables of a corpus give them, before anything is built."""

from collections.abc import Collection, Iterable

import pandas as pd

from pipeline.dataset.protocols import describe_corpus, fold_corpus, state_protocol
from pipeline.planning.index_corpus import IndexedCorpus
from pipeline.schema.utterance import Utterance
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.splits.protocols.names import ProtocolName
from pipeline.splits.protocols.rules import field_column, fields_needed, knows
from pipeline.splits.protocols.statement import ProtocolStatement


def check_protocol(
    name: ProtocolName, spec: CorpusSpec, indexed: IndexedCorpus
) -> ProtocolStatement:
    """States the folds of an indexed corpus; audio shared by parts is not known yet."""
    corpus = describe_corpus(spec)
    if not knows(name, corpus):
        return state_protocol(name, {})
    rows = utterance_rows(indexed.utterances, fields_needed(name, corpus))
    return state_protocol(name, {spec.id: fold_corpus(name, rows, corpus)})


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
