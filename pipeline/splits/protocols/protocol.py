"""A protocol of a dataset: in which part of its folds each clip stands.

Its file is Parquet: one row a clip that is scored, with the folds in which it is not trained on.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.common.errors import DataError, UsageError
from pipeline.splits.protocols.folds import PARTS, TEST, UNUSED, VALIDATION, Fold
from pipeline.splits.protocols.label_sets import ProtocolSet
from pipeline.splits.protocols.statement import FoldFacts, ProtocolStatement, file_problem

_FOLDS = pa.list_(pa.string())

TABLE = pa.schema(
    [
        ("id", pa.string()),
        ("corpus", pa.string()),
        ("label", pa.string()),
        ("test", _FOLDS),
        ("validation", _FOLDS),
        ("unused", _FOLDS),
    ]
)
"""Columns of a protocol's file: folds of the clip's corpus in which it is in that part; in all
other folds of its corpus it is in the train part. Clips that no fold uses have no row."""


BY_NAME = "name="
"""Before the name of a fold, where it alone may also be what another fold holds out."""

_SHOWN = 5
"""Speakers or sessions of a fold that a message lists."""


@dataclass(frozen=True)
class Protocol:
    """A protocol of a dataset.

    Attributes:
        name: Name, as in the manifest.
        statement: Folds, classes and leaks, as the manifest has them.
        table: :data:`TABLE` as a frame.
    """

    name: str
    statement: ProtocolStatement
    table: pd.DataFrame

    @property
    def label_set(self) -> Mapping[str, ProtocolSet]:
        """Corpus → which classes are scored in it."""
        return {corpus: entry.labels for corpus, entry in self.statement.corpora.items()}

    @property
    def folds(self) -> Mapping[str, list[FoldFacts]]:
        """Corpus → its folds."""
        return {corpus: entry.folds for corpus, entry in self.statement.corpora.items()}

    @property
    def leaks(self) -> Mapping[str, dict[str, tuple[int, int]]]:
        """Corpus → fold → speakers and sounds that are in training and in the test part."""
        return {
            corpus: {fold.name: (fold.shared_speakers, fold.shared_audio) for fold in folds}
            for corpus, folds in self.folds.items()
        }

    def parts(self, fold: str, corpora: Sequence[str] = ()) -> pd.DataFrame:
        """Part of each clip in a fold.

        Args:
            fold: Name of the fold, or what it holds out; as for :meth:`fold`.
            corpora: Only these; default: all that have folds.

        Returns:
            ``id``, ``corpus``, ``label`` and ``part``: train, validation or test.

        Raises:
            UsageError: A corpus has no folds, or no such fold.
        """
        chosen = []
        for corpus in corpora or sorted(self.folds):
            name = self.fold(corpus, fold).name
            rows = self.table[self.table["corpus"] == corpus]
            part = np.full(len(rows), "train", dtype=object)
            for other in ("validation", "test", "unused"):
                part[[name in folds for folds in rows[other]]] = other
            chosen.append(rows[["id", "corpus", "label"]].assign(part=part))
        frame = pd.concat(chosen, ignore_index=True)
        return frame[frame["part"] != "unused"].reset_index(drop=True)

    def fold(self, corpus: str, fold: str) -> FoldFacts:
        """Facts of the manifest about a fold.

        Args:
            corpus: Id of the corpus.
            fold: Name of the fold, or what it holds out; ``name=10`` where 10 may be either.

        Raises:
            UsageError: The corpus has no folds, or no such fold, or it is not clear which is meant.
        """
        if corpus not in self.folds:
            why = self.statement.left_out.get(corpus)
            there = f": {why}" if why else f"; it has folds of {', '.join(self.folds)}"
            raise UsageError(f"protocol {self.name} has no folds of corpus {corpus}{there}")
        found = _find_folds(self.folds[corpus], fold)
        if len(found) == 1:
            return found[0]
        if found:
            named = [f"fold {one.name}, which holds out {held_out(one)}" for one in found]
            raise UsageError(
                f"protocol {self.name}, corpus {corpus}: {fold!r} may be {', or '.join(named)}; "
                f"say which: {' or '.join(BY_NAME + one.name for one in found)}"
            )
        names = [facts.name for facts in self.folds[corpus]]
        there = f"expected {', '.join(names[:20])}{', …' if len(names) > 20 else ''}"
        raise UsageError(
            f"protocol {self.name} has no fold {fold!r} of corpus {corpus}: {there}; or choose "
            "other corpora"
        )

    def plain_name(self, corpus: str, fold: str) -> str:
        """The name of a fold, marked where it alone might mean another, by what that holds out."""
        return fold if len(_find_folds(self.folds[corpus], fold)) == 1 else BY_NAME + fold


def held_out(fold: FoldFacts) -> str:
    """Whom or what a fold holds out, for people: the first few where they are many."""
    more = f", … ({len(fold.held_out)})" if len(fold.held_out) > _SHOWN else ""
    return ", ".join(fold.held_out[:_SHOWN]) + more


def _find_folds(folds: Sequence[FoldFacts], asked: str) -> list[FoldFacts]:
    """Folds that may be meant: by their name, or by what they hold out.

    A number that names a fold of several speakers means nothing but that; where each fold holds out
    one, it may as well be somebody's name.
    """
    if asked.startswith(BY_NAME):
        return [fold for fold in folds if fold.name == asked.removeprefix(BY_NAME)]
    named = [fold for fold in folds if fold.name == asked]
    return named + [
        fold
        for fold in folds
        if asked in fold.held_out and fold.name != asked and (not named or fold.held_out == [asked])
    ]


def fold_columns(folds: Sequence[Fold], rows: int) -> pd.DataFrame:
    """The last columns of :data:`TABLE`, of the rows that stand in a part of any fold.

    Args:
        folds: Folds of one corpus.
        rows: Number of rows of the corpus.

    Returns:
        A frame whose index is the rows that are in it.
    """
    used = np.any([fold.parts != UNUSED for fold in folds], axis=0)
    columns: dict[str, list[list[str]]] = {
        PARTS[part]: [[] for _ in range(rows)] for part in (TEST, VALIDATION, UNUSED)
    }
    for fold in folds:
        for part in (TEST, VALIDATION, UNUSED):
            for row in np.flatnonzero((fold.parts == part) & used):
                columns[PARTS[part]][row].append(fold.name)
    return pd.DataFrame(columns)[used]


def write_table(frames: Sequence[pd.DataFrame]) -> bytes:
    """The file of a protocol: frames of its corpora, sorted by id, the same bytes for the same."""
    tables = [
        pa.Table.from_pandas(frame.sort_values("id"), TABLE, preserve_index=False)
        for frame in frames
    ]
    table = pa.concat_tables(tables) if tables else TABLE.empty_table()
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), buffer, compression="zstd")
    return buffer.getvalue()


def read_protocol_file(
    name: str, path: str, statement: ProtocolStatement, content: bytes | None
) -> Protocol:
    """A protocol from its statement and the content of its file.

    Raises:
        DataError: The file is missing or not the one that the manifest names.
    """
    if problem := file_problem(statement, content):
        raise DataError(f"{path}: {problem}; exhubert protocols DATASET --add {name} makes it anew")
    frame: pd.DataFrame = pq.read_table(io.BytesIO(content or b""), schema=TABLE).to_pandas()
    return Protocol(name, statement, frame)
