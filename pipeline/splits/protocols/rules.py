"""The folds of a corpus by a protocol: made by a rule, or as a spec or a published list says."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.splits.protocols.fold_facts import Codes, state_fold
from pipeline.splits.protocols.folds import (
    TEST,
    Fold,
    NoFoldsError,
    k_folds,
    leave_one_out,
    speaker_independent,
    stated_folds,
)
from pipeline.splits.protocols.label_sets import MEANINGS, ProtocolSet, class_column
from pipeline.splits.protocols.names import ProtocolName
from pipeline.splits.protocols.protocol import fold_columns
from pipeline.splits.protocols.protocol_spec import FoldSpec, ProtocolSpec
from pipeline.splits.protocols.statement import CorpusFolds

OWN_SPLIT = ProtocolSpec(
    of="split",
    folds={"1": FoldSpec(train=["train"], validation=["validation"], test=["test"])},
)
"""The one fold of a corpus that is split by its own partition."""


@dataclass(frozen=True)
class CorpusProtocols:
    """Facts about a corpus that protocols need.

    Attributes:
        stated: Protocols that its spec or a published list states, by name.
        official_split: Whether the dataset's split of it is the corpus's own partition.
    """

    stated: Mapping[str, ProtocolSpec]
    official_split: bool = False


def make_corpus_folds(
    name: ProtocolName,
    rows: pd.DataFrame,
    corpus: CorpusProtocols,
    recordings: Mapping[str, int] | None = None,
) -> tuple[CorpusFolds, pd.DataFrame]:
    """The folds of one corpus, and its rows of the protocol's table.

    Args:
        name: Name of the protocol.
        rows: Rows of the corpus: ``id``, ``corpus``, ``split``, ``speaker``, ``label``,
            ``label_native``, ``emotion``, ``audio_xxh3``, and a column for every field of
            :func:`fields_needed`, called as :func:`field_column` says.
        corpus: Facts from its spec.
        recordings: Checksum of a sound → number of the recording that it holds, of those that
            several sounds hold; None where near-duplicates were not looked for.

    Raises:
        NoFoldsError: The protocol does not fit the corpus.
    """
    spec = _find_spec(name, corpus)
    own = spec.classes if spec else {}
    label_set: ProtocolSet = "own" if own and name.label_set == "six" else name.label_set
    classes = class_column(rows, label_set, own)
    rows = rows[classes.notna()].reset_index(drop=True)
    classes = classes.dropna().reset_index(drop=True)
    if rows.empty:
        raise NoFoldsError(f"no clip has a class of the label set: {MEANINGS[label_set]}")
    folds = list(_make_folds(name, spec, rows, classes))
    coded = [Codes.of(column) for column in (classes, rows["speaker"], rows["audio_xxh3"])]
    facts = [state_fold(fold, *coded, recordings=recordings) for fold in folds]
    table = (
        rows[["id", "corpus"]]
        .assign(label=classes)
        .join(fold_columns(folds, len(rows)), how="inner")
    )
    note = spec.note if spec else None
    names = sorted(set(classes))
    return CorpusFolds(labels=label_set, classes=names, folds=facts, note=note), table


def knows(name: ProtocolName, corpus: CorpusProtocols) -> bool:
    """Whether a protocol has anything to say of a corpus, be it that it does not fit."""
    by_rule = bool(name.k) or name.base == "loso"
    return by_rule or name.base in corpus.stated or _is_own_split(name, corpus)


def fields_needed(name: ProtocolName, corpus: CorpusProtocols) -> set[str]:
    """Annotations that the folds of a corpus are made from."""
    spec = corpus.stated.get(name.base)
    return {spec.of} - {"speaker", "split"} if spec else set()


def field_column(field: str) -> str:
    """Name of the column that holds an annotation."""
    return f"annotations.{field}"


def _is_own_split(name: ProtocolName, corpus: CorpusProtocols) -> bool:
    return name.base == "official" and corpus.official_split


def _find_spec(name: ProtocolName, corpus: CorpusProtocols) -> ProtocolSpec | None:
    """Published folds of the protocol for a corpus; None if a rule makes them."""
    if name.k or name.base == "loso":
        return None
    spec = corpus.stated.get(name.base)
    if spec is None and _is_own_split(name, corpus):
        return OWN_SPLIT
    if spec is None:
        raise NoFoldsError(f"neither its spec nor a published list states a protocol {name.base}")
    if spec.unsupported:
        raise NoFoldsError(spec.unsupported)
    if spec.of == "split" and not corpus.official_split:
        raise NoFoldsError("the dataset is not split by the corpus's own partition")
    return spec


def _make_folds(
    name: ProtocolName, spec: ProtocolSpec | None, rows: pd.DataFrame, classes: "pd.Series[str]"
) -> list[Fold]:
    if spec is None:
        if name.k:
            return list(k_folds(rows["speaker"], classes, name.k, name.seed))
        return list(leave_one_out(_without_namespace(rows["speaker"]), "speaker"))
    values = _field_values(rows, spec.of)
    folds = (
        list(stated_folds(spec, rows["id"], _without_namespace(rows["speaker"]), values))
        if spec.folds
        else list(leave_one_out(values, spec.of))
    )
    if not any((fold.parts == TEST).any() for fold in folds):
        raise NoFoldsError("no clip of a test part is in the dataset")
    return speaker_independent(folds, rows["speaker"], classes) if name.independent else folds


def _field_values(rows: pd.DataFrame, name: str) -> "pd.Series[str]":
    """Values of a field of the spec, of all rows."""
    if name == "speaker":
        return _without_namespace(rows["speaker"])
    if name == "split":
        return rows["split"]
    if field_column(name) not in rows or rows[field_column(name)].isna().all():
        raise NoFoldsError(
            f"its clips carry no field {name!r}: build the corpus again, which keeps its audio"
        )
    return rows[field_column(name)]


def _without_namespace(speakers: "pd.Series[str]") -> "pd.Series[str]":
    bare = [one.partition(":")[2] if isinstance(one, str) else None for one in speakers]
    return pd.Series(bare, index=speakers.index, dtype=object)
