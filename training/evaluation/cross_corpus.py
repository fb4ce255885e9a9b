"""Across corpora: train on some, test on others, one row of the matrix after the other.

What a row trains on and scores is of :mod:`training.evaluation.cross_corpus_rows`.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.common.errors import UsageError
from training.data.dataset_files import identity
from training.data.label_sets import LabelSet
from training.data.manifest import earlier_checksums, manifest_checksum
from training.evaluation.baselines.run import Baseline
from training.evaluation.cross_corpus_means import MatrixMeans, matrix_means
from training.evaluation.cross_corpus_modes import LEAVE_ONE_OUT, Mode
from training.evaluation.cross_corpus_rows import Row, describe_row, plan_rows
from training.evaluation.evaluate import ALL
from training.evaluation.score_file import Evaluation, read_scores, write_scores
from training.evaluation.systems import System, check_systems, folder_name, train_and_score

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class CrossCorpusMatrix:
    """Scores of systems across corpora.

    Attributes:
        mode: How rows are made.
        dataset: Folder of the dataset.
        manifest_sha256: Checksum of its manifest.
        split: The split that is scored.
        rows: What was trained on and scored.
        systems: For each system, the evaluation of each row; its scores per corpus are the cells.
    """

    mode: Mode
    dataset: str
    manifest_sha256: str | None
    split: str
    rows: list[Row]
    systems: dict[str, list[Evaluation]]

    @property
    def corpora(self) -> list[str]:
        """Every corpus that is scored."""
        return sorted({corpus for row in self.rows for corpus in row.test})

    @cached_property
    def means(self) -> dict[str, MatrixMeans]:
        """For each system, the means over its cells."""
        return {name: matrix_means(self.rows, found) for name, found in self.systems.items()}

    def to_dict(self) -> dict[str, Any]:
        """The matrix as plain JSON types."""
        cells = {
            system: {
                row.name: {
                    corpus: scores.to_dict() for corpus, scores in evaluation.corpora.items()
                }
                for row, evaluation in zip(self.rows, evaluations, strict=True)
            }
            for system, evaluations in self.systems.items()
        }
        return {
            "mode": self.mode,
            "dataset": self.dataset,
            "manifest_sha256": self.manifest_sha256,
            "split": self.split,
            "rows": [vars(row) for row in self.rows],
            "systems": cells,
            "means": {name: asdict(means) for name, means in self.means.items()},
        }


def run_cross_corpus(
    systems: Mapping[str, System],
    dataset: str | Path,
    output: Path,
    mode: Mode,
    corpora: Sequence[str] = (),
    split: str | None = None,
    console: Console | None = None,
    on_message: Callable[[str], None] = _LOG.info,
    label_set: LabelSet = "six",
    exclude_corpora: Sequence[str] = (),
) -> CrossCorpusMatrix:
    """Runs every row of every system; rows that are done already are read.

    A row is done if its folder, named by a checksum of everything that decides its scores (system
    and settings, corpora, what is left out, split, the dataset's manifest, or its location if it
    has none), has a score file.

    Args:
        systems: What is trained, by name.
        dataset: Dataset folder.
        output: Folder for the rows.
        mode: How rows are made.
        corpora: Corpora of the matrix; none means all that can be scored.
        split: What is scored; ``None`` for whole corpora where they are left out, else ``test``.
        console: Where trainings print their progress; ``None`` for silence.
        on_message: Called with a line before each row is run, or where it was run before; logged by
            default.
        label_set: Which classes, of recipes, too; not the codes of corpora.
        exclude_corpora: Corpora or collections that are not of the matrix.

    Raises:
        UsageError: There are fewer than two corpora, or one that is named is not there or has
            fewer than two classes; or systems cannot be run side by side.
        DataError: A row has nothing to train on or nothing to score.
    """
    for line in check_systems(systems):
        on_message(line)
    _check_corpora(systems, corpora, exclude_corpora)
    scored = split or (ALL if mode == LEAVE_ONE_OUT else "test")
    rows = plan_rows(dataset, mode, corpora, scored, label_set, on_message, exclude_corpora)
    datasets = [identity(dataset), *sorted(earlier_checksums(dataset))]
    done: dict[str, list[Evaluation]] = {name: [] for name in systems}
    total = len(rows) * len(systems)
    for name, system in systems.items():
        for number, row in enumerate(rows, sum(map(len, done.values())) + 1):
            what = f"{number} of {total}: {name}, {describe_row(row, mode)}"
            keys = [row_key(system, row, one, scored, label_set) for one in datasets]
            folder = _row_folder(output, name, row, keys)
            scores = folder / "scores.json"
            if scores.is_file():
                done[name].append(read_scores(scores))
                on_message(f"{what}: done before")
                continue
            on_message(what)
            run = row.to_run(mode, label_set, scored, row.test)
            evaluation = train_and_score(system, dataset, run, folder / "model", output, console)
            noted = replace(evaluation, notes=[*evaluation.notes, *_left_out(row)])
            write_scores(noted, scores)
            done[name].append(noted)
    return CrossCorpusMatrix(mode, str(dataset), manifest_checksum(dataset), scored, rows, done)


def row_key(system: System, row: Row, dataset: str, split: str, label_set: LabelSet = "six") -> str:
    """Checksum of everything that decides the scores of a row.

    Args:
        system: What is trained.
        row: What it is trained and scored on.
        dataset: What tells the dataset from others (:func:`training.data.dataset_files.identity`).
        split: What is scored.
        label_set: Which classes.
    """
    settings = vars(system) if isinstance(system, Baseline) else system.model_dump(mode="json")
    decides = [settings, row.decides(), split, dataset]
    if label_set != "six":  # which earlier rows were of
        decides.append(label_set)
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def _row_folder(output: Path, system: str, row: Row, keys: Sequence[str]) -> Path:
    """The folder of a row: one that an earlier release has begun, or that of today's name.

    Args:
        output: Folder of the matrix.
        system: Name of the system.
        row: The row.
        keys: Its key, and those that earlier releases would give it.
    """
    names = [
        f"{name}-{row.name}-{key[:8]}" for name in (folder_name(system), system) for key in keys
    ]
    begun = [output / name for name in names if (output / name).is_dir()]
    return begun[0] if begun else output / names[0]


def _check_corpora(
    systems: Mapping[str, System], corpora: Sequence[str], exclude_corpora: Sequence[str]
) -> None:
    """Checks that no recipe chooses other corpora than the matrix, whose rows replace its choice.

    Raises:
        UsageError: One does.
    """
    for name, system in systems.items():
        if isinstance(system, Baseline):
            continue
        own = system.data.corpora, system.data.exclude_corpora
        if any(own) and own != (tuple(corpora), tuple(exclude_corpora)):
            raise UsageError(
                f"{name}: data.corpora and data.exclude_corpora choose other corpora than are "
                "asked for: name them in one of the two places, the recipe or --corpora"
            )


def _left_out(row: Row) -> list[str]:
    """Notes on what training lacks because it is scored."""
    notes = []
    if row.exclude_speakers:
        speakers = ", ".join(row.exclude_speakers)
        notes.append(f"speakers scored that were left out of training: {speakers}")
    if row.equal_audio:
        notes.append(
            f"utterances left out of training, as their audio is scored: {row.equal_audio}"
        )
    return notes
