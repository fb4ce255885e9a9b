"""A protocol of a dataset: in which part of its folds each clip stands.

Its file is Parquet: one row a clip that is scored, with the folds in which it is not trained on.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
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


@dataclass(frozen=True)
class Protocol:
    """A protocol of a dataset.

    Attributes:
        name: As in the manifest.
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
        """In which part of a fold each clip stands.

        Args:
            fold: Name of the fold, or what it holds out.
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
        """What the manifest says of a fold.

        Args:
            corpus: Its id.
            fold: Name of the fold, or what it holds out.

        Raises:
            UsageError: The corpus has no folds, or no such fold.
        """
        if corpus not in self.folds:
            why = self.statement.left_out.get(corpus)
            there = f": {why}" if why else f"; it has folds of {', '.join(self.folds)}"
            raise UsageError(f"protocol {self.name} has no folds of corpus {corpus}{there}")
        by_name = {facts.name: facts for facts in self.folds[corpus]}
        by_value = {one: facts for facts in by_name.values() for one in facts.held_out}
        if found := by_name.get(fold) or by_value.get(fold):
            return found
        names = list(by_name)
        there = f"expected {', '.join(names[:20])}{', …' if len(names) > 20 else ''}"
        raise UsageError(
            f"protocol {self.name} has no fold {fold!r} of corpus {corpus}: {there}; or choose "
            "other corpora"
        )


@dataclass(frozen=True)
class Codes:
    """Values of a column as numbers, so that they are compared once and not in every fold.

    Attributes:
        numbers: Of each row, −1 where there is no value ``(rows,)``.
        names: The value behind each number.
    """

    numbers: npt.NDArray[np.intp]
    names: list[str]

    @classmethod
    def of(cls, values: "pd.Series[str]") -> Self:
        """The codes of a column."""
        numbers, names = pd.factorize(values.astype(object))
        return cls(numbers, [str(name) for name in names])

    def occurring(self, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Which values occur in some rows ``(values,)``."""
        there = np.zeros(len(self.names) + 1, dtype=bool)
        there[self.numbers[rows]] = True  # −1 is the last element, which is dropped
        return there[:-1]


def state_fold(
    fold: Fold,
    classes: Codes,
    speakers: Codes,
    audio: Codes,
    *,
    recordings: Mapping[str, int] | None = None,
) -> FoldFacts:
    """Counts a fold, and what leaks from its training into its test part.

    Args:
        fold: Of one corpus.
        classes: Of its rows.
        speakers: Of its rows; unknown ones have no value.
        audio: Checksums of the samples of its rows.
        recordings: Checksum → number of the recording that several sounds hold; None where
            near-duplicates were not looked for.
    """
    test, trained = fold.parts == TEST, fold.parts < TEST
    sizes = np.bincount(fold.parts, minlength=len(PARTS)).tolist()
    tested = speakers.occurring(test)
    tested_audio, trained_audio = audio.occurring(test), audio.occurring(trained)
    absent = np.flatnonzero(~classes.occurring(test))
    return FoldFacts(
        name=fold.name,
        held_out=list(fold.held_out),
        train=sizes[0],
        validation=sizes[VALIDATION],
        test=sizes[TEST],
        unused=sizes[UNUSED],
        shared_speakers=int((tested & speakers.occurring(trained)).sum()),
        shared_audio=int((tested_audio & trained_audio).sum()),
        shared_recordings=None
        if recordings is None
        else _count_in_two_forms(audio.names, tested_audio, trained_audio, recordings),
        unknown_speakers=int((speakers.numbers[test] < 0).sum()),
        test_speakers=int(tested.sum()),
        absent=sorted(classes.names[number] for number in absent),
        missing=fold.missing,
        published=dict(fold.published),
    )


def _count_in_two_forms(
    sounds: Sequence[str],
    tested_audio: npt.NDArray[np.bool_],
    trained_audio: npt.NDArray[np.bool_],
    recordings: Mapping[str, int],
) -> int:
    """Recordings that are tested in one form and trained on in another.

    Args:
        sounds: Checksums.
        tested_audio: Which of them stand in the test part ``(sounds,)``.
        trained_audio: Which of them are trained on ``(sounds,)``.
        recordings: Checksum → number of the recording.
    """
    tested: dict[int, set[str]] = {}
    trained: dict[int, set[str]] = {}
    for side, there in ((tested, tested_audio), (trained, trained_audio)):
        for number in np.flatnonzero(there).tolist():
            if (recording := recordings.get(sounds[number])) is not None:
                side.setdefault(recording, set()).add(sounds[number])
    both = tested.keys() & trained.keys()
    return sum(len(tested[recording] | trained[recording]) > 1 for recording in both)


def fold_columns(folds: Sequence[Fold], rows: int) -> pd.DataFrame:
    """The last columns of :data:`TABLE`, of the rows that stand in a part of any fold.

    Args:
        folds: Of one corpus.
        rows: How many it has.

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
