"""Across corpora, as protocols of the benchmark: leave one out, or train on A and test on B."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pipeline.common.count import count
from pipeline.common.errors import DataError
from training.data.label_sets import LabelSet
from training.evaluation.cross_corpus_modes import Mode
from training.evaluation.cross_corpus_rows import Row, describe_row, plan_rows
from training.evaluation.evaluate import ALL
from training.evaluation.fold_run import FoldRun


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
    rows = [row for row in planned if row.not_trained_on]
    if not rows:
        raise DataError(f"{dataset}: nothing can be scored: {'; '.join(notes)}")
    described = json.dumps([row.decides() for row in rows], sort_keys=True)
    checksum = hashlib.sha256(described.encode()).hexdigest()
    notes += [note for row in rows for note in _left_out(row, mode)]
    return [row.to_run(mode, label_set, ALL, row.not_trained_on) for row in rows], checksum, notes


def _left_out(row: Row, mode: Mode) -> list[str]:
    """What training lacks because it is scored; nothing where nothing is."""
    speakers, clips = len(row.exclude_speakers), row.equal_audio
    be = "is" if speakers == 1 else "are"
    found = [
        *([f"{count(speakers, 'speaker')} that {be} scored, too"] if speakers else []),
        *([f"{count(clips, 'clip')} whose audio is scored, too"] if clips else []),
    ]
    return [f"{describe_row(row, mode)}: left out of training: {', '.join(found)}"] if found else []
