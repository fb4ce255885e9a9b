"""Across corpora, as protocols of the benchmark: leave one out, or train on A and test on B."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.common.count import count
from pipeline.common.errors import DataError
from training.data.index import load_index
from training.data.label_sets import LabelSet, classes_of, learnt_classes
from training.data.row_choice import RowChoice
from training.evaluation.benchmark.fold_run import FoldRun
from training.evaluation.cross_corpus_rows import Mode, Row, describe_row, plan_rows
from training.evaluation.evaluate import ALL

LEAVE_ONE_OUT: Mode = "leave-one-corpus-out"
TRAIN_ON_ONE: Mode = "train-on-a-test-on-b"

ACROSS: Mapping[str, Mode] = {LEAVE_ONE_OUT: LEAVE_ONE_OUT, TRAIN_ON_ONE: TRAIN_ON_ONE}
"""Name of the protocol → how it is made; a dataset needs no file of it."""


def plan_across(
    dataset: str | Path, mode: Mode, corpora: Sequence[str], label_set: LabelSet
) -> tuple[list[FoldRun], str, list[str]]:
    """A fold for each corpus, without which, or on which alone, models are trained.

    Corpora that are scored are scored whole, but for clips of classes that training lacks.

    Args:
        dataset: Folder or URL.
        mode: Which of the two.
        corpora: Corpora, or collections such as ``@emobox``; none means all that can be scored.
        label_set: Which classes.

    Returns:
        The folds, a checksum of what they hold, and what is left out of training and scoring.

    Raises:
        UsageError: There are fewer than two corpora, or one that is named has too few classes.
        DataError: Nothing is left to train on, or no corpora have two classes in common.
    """
    notes: list[str] = []
    planned = plan_rows(dataset, mode, corpora, ALL, label_set, notes.append)
    rows = [row for row in planned if _scored_of(row)]
    if not rows:
        raise DataError(f"{dataset}: nothing can be scored: {'; '.join(notes)}")
    described = json.dumps([vars(row) for row in rows], sort_keys=True)
    checksum = hashlib.sha256(described.encode()).hexdigest()
    notes += [note for row in rows for note in _left_out(row, mode)]
    return [_plan_run(dataset, mode, row, label_set) for row in rows], checksum, notes


def _plan_run(dataset: str | Path, mode: Mode, row: Row, label_set: LabelSet) -> FoldRun:
    others = RowChoice(_scored_of(row))
    fitted, scored = (
        load_index(dataset, rows=choice, labelled=False, extra=("label_native",))
        for choice in (row.fitted, others)
    )
    classes = classes_of(fitted, label_set)
    learnt = learnt_classes(classes, label_set, row.train)
    sizes = fitted["split"][classes.notna()].value_counts()
    return FoldRun(
        protocol=mode,
        corpus=row.name,
        fold=describe_row(row, mode),
        number=1,
        train=int(sizes.get("train", 0)),
        validation=int(sizes.get("validation", 0)),
        test=int(classes_of(scored, label_set).isin(learnt).sum()),
        task=label_set,
        fitted=row.fitted,
        scored=others,
        split=ALL,
    )


def _scored_of(row: Row) -> tuple[str, ...]:
    """Corpora that are scored: those that are not trained on."""
    return tuple(corpus for corpus in row.test if corpus not in row.train)


def _left_out(row: Row, mode: Mode) -> list[str]:
    """What training lacks because it is scored; nothing where nothing is."""
    speakers, clips = len(row.exclude_speakers), row.equal_audio
    be = "is" if speakers == 1 else "are"
    found = [
        *([f"{count(speakers, 'speaker')} that {be} scored, too"] if speakers else []),
        *([f"{count(clips, 'clip')} whose audio is scored, too"] if clips else []),
    ]
    return [f"{describe_row(row, mode)}: left out of training: {', '.join(found)}"] if found else []
