"""Leave-one-corpus-out as a protocol of the benchmark: each corpus scored by what others taught."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pipeline.common.count import count
from training.data.index import load_index
from training.data.label_sets import LabelChoice, classes_of
from training.data.row_choice import RowChoice
from training.evaluation.benchmark.fold_run import FoldRun
from training.evaluation.cross_corpus import Mode, Row, plan_rows
from training.evaluation.evaluate import ALL

LEAVE_ONE_OUT: Mode = "leave-one-corpus-out"
"""Name of the protocol; a dataset needs no file of it."""


def plan_across(
    dataset: str | Path, corpora: Sequence[str], label_set: LabelChoice
) -> tuple[list[FoldRun], str, list[str]]:
    """A fold for each corpus, which is scored whole and trained on by none.

    Args:
        dataset: Folder or URL.
        corpora: Corpora, or collections such as ``@emobox``; none means all that can be scored.
        label_set: Which classes.

    Returns:
        The folds, a checksum of what they hold, and what is left out of training.

    Raises:
        UsageError: There are fewer than two corpora, or one that is named has too few classes.
        DataError: Nothing is left to train on.
    """
    rows = plan_rows(dataset, LEAVE_ONE_OUT, corpora, ALL, label_set)
    described = json.dumps([vars(row) for row in rows], sort_keys=True)
    checksum = hashlib.sha256(described.encode()).hexdigest()
    notes = [note for row in rows for note in _left_out(row)]
    return [_plan_run(dataset, row, label_set) for row in rows], checksum, notes


def _plan_run(dataset: str | Path, row: Row, label_set: LabelChoice) -> FoldRun:
    fitted, scored = (
        load_index(dataset, rows=choice, labelled=False, extra=("label_native",))
        for choice in (row.fitted, RowChoice(row.test))
    )
    fitted = fitted[classes_of(fitted, label_set).notna()]
    sizes = fitted["split"].value_counts()
    return FoldRun(
        protocol=LEAVE_ONE_OUT,
        corpus=row.name,
        fold=f"without {row.name}",
        number=1,
        train=int(sizes.get("train", 0)),
        validation=int(sizes.get("validation", 0)),
        test=int(classes_of(scored, label_set).notna().sum()),
        task=label_set,
        fitted=row.fitted,
        scored=RowChoice(row.test),
        split=ALL,
    )


def _left_out(row: Row) -> list[str]:
    notes = []
    if row.exclude_speakers:
        speakers = count(len(row.exclude_speakers), "speaker")
        notes.append(f"where {row.name} is scored, {speakers} of it stood in other corpora: "
                     "left out of training")  # fmt: skip
    if row.equal_audio:
        clips = count(row.equal_audio, "clip")
        notes.append(f"where {row.name} is scored, {clips} of other corpora have the same audio: "
                     "left out of training")  # fmt: skip
    return notes
