"""Across corpora: train on some, test on others, one row of the matrix after the other.

*Leave one corpus out*: a row trains on all corpora but one and is scored on that one. *Train on A,
test on B*: a row trains on one corpus and is scored on each.

Speakers of a corpus that is scored but not trained on (corpora can share actors, by the
``namespace`` of their specs) are left out of the row's training and validation, so that no cell
off the diagonal knows its speakers; and so are clips with the audio of one that is scored there,
whatever their ids. On the diagonal the dataset's own splits hold.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd
from rich.console import Console

from pipeline.common.errors import DataError, UsageError
from training.config.recipe import Recipe
from training.data.dataset_files import identity, manifest_checksum
from training.data.index import load_index
from training.data.label_sets import LabelChoice, classes_of, learnt_classes
from training.data.row_choice import RowChoice
from training.evaluation.baselines.run import Baseline, run_baseline
from training.evaluation.common_classes import scorable_corpora
from training.evaluation.evaluate import ALL, evaluate, part_of
from training.evaluation.score_file import Evaluation, read_scores, write_scores
from training.finetuning.run_folder import is_complete
from training.finetuning.train import train
from training.model.provenance import TrainingSpeakers

_LOG = logging.getLogger(__name__)

Mode = Literal["leave-one-corpus-out", "train-on-a-test-on-b"]
MODES: tuple[Mode, ...] = get_args(Mode)

System = Recipe | Baseline


@dataclass(frozen=True)
class Row:
    """One training of one system, and what it is scored on.

    Attributes:
        name: The corpus that is left out, or the one that is trained on.
        train: Corpora that are trained on.
        test: Corpora that are scored.
        exclude_speakers: Speakers left out of training, because they are in what is scored.
        exclude_audio_of: What is scored of corpora that are not trained on, as ``emo_db`` or
            ``emo_db/test``: the audio that stands there is left out of training, too.
        equal_audio: How many labelled utterances of training and validation have such audio.
    """

    name: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    exclude_speakers: tuple[str, ...]
    exclude_audio_of: tuple[str, ...]
    equal_audio: int

    @property
    def fitted(self) -> RowChoice:
        """What is trained and validated on."""
        return RowChoice(
            self.train,
            exclude_speakers=self.exclude_speakers,
            exclude_audio_of=self.exclude_audio_of,
        )


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
        }


def run_cross_corpus(
    systems: dict[str, System],
    dataset: str | Path,
    output: Path,
    mode: Mode,
    corpora: Sequence[str] = (),
    split: str | None = None,
    console: Console | None = None,
    on_message: Callable[[str], None] = _LOG.info,
    label_set: LabelChoice = "six",
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

    Raises:
        UsageError: There are fewer than two corpora, or one that is named is not there or has
            fewer than two classes.
        DataError: A row has nothing to train on or nothing to score.
    """
    for system in systems.values():
        if isinstance(system, Baseline):
            system.check()
    scored = split or (ALL if mode == "leave-one-corpus-out" else "test")
    rows = plan_rows(dataset, mode, corpora, scored, label_set, on_message)
    done: dict[str, list[Evaluation]] = {name: [] for name in systems}
    total = len(rows) * len(systems)
    for name, system in systems.items():
        for number, row in enumerate(rows, sum(map(len, done.values())) + 1):
            what = f"{number} of {total}: {name}, {describe_row(row, mode)}"
            key = row_key(system, row, dataset, scored, label_set)
            folder = output / f"{name}-{row.name}-{key[:8]}"
            scores = folder / "scores.json"
            if scores.is_file():
                done[name].append(read_scores(scores))
                on_message(f"{what}: done before")
                continue
            on_message(what)
            evaluation = run_row(system, row, dataset, scored, folder, console, label_set)
            write_scores(evaluation, scores)
            done[name].append(evaluation)
    return CrossCorpusMatrix(mode, str(dataset), manifest_checksum(dataset), scored, rows, done)


def plan_rows(
    dataset: str | Path,
    mode: Mode,
    corpora: Sequence[str],
    split: str,
    label_set: LabelChoice = "six",
    on_note: Callable[[str], object] = _LOG.warning,
) -> list[Row]:
    """The rows of a matrix, one a corpus.

    Clips whose class training lacks are not scored, nor corpora of which it has fewer than two
    classes; a row that scores nothing is left out.

    Args:
        dataset: Dataset folder.
        mode: How rows are made.
        corpora: Corpora of the matrix, or collections; none means all that can be scored.
        split: What is scored; :data:`training.evaluation.evaluate.ALL` for whole corpora.
        label_set: Which classes; not the codes of corpora, which mean something in one only.
        on_note: Called with a line on each corpus that a row does not score, or not whole.

    Raises:
        UsageError: There are fewer than two corpora, or one that is named is not there or has
            fewer than two classes.
        DataError: A row has fewer than two classes to train on that are not scored, or no row has
            classes in common with what it scores.
    """
    if label_set == "native":
        raise UsageError("label set native: codes mean something in one corpus only: take another")
    every = load_index(dataset, rows=RowChoice(corpora), labelled=False, extra=("label_native",))
    every["label"] = classes_of(every, label_set)
    asked = every if split == ALL else every[every["split"] == part_of(split)]
    index, scored = (rows[rows["label"].notna()] for rows in (every, asked))
    fitted = index[index["split"] != "test"]
    known = every[every["split"] != "test"]  # further heads learn from rows without a class, too
    names = sorted(_with_classes(scored) & _with_classes(fitted[fitted["split"] == "train"]))
    named = set(every["corpus"]) if corpora else set()
    if lacking := sorted(named - set(names)):
        raise UsageError(
            f"{dataset}: {', '.join(lacking)}: fewer than two classes to train on, or in split "
            f"{split!r} to score: leave them out of --corpora"
        )
    if len(names) < 2:
        raise UsageError(f"{dataset}: a matrix needs two corpora or more, found {names}")
    speakers = {name: _speakers(scored, [name]) for name in names}
    rows = []
    for name in names:
        others = [other for other in names if other != name]
        train, test = (others, [name]) if mode == "leave-one-corpus-out" else ([name], names)
        foreign = [corpus for corpus in test if corpus not in train]
        own = index[index["corpus"].isin(train)]
        shared = _speakers(known, train) & set().union(*(speakers[corpus] for corpus in foreign))
        there = asked["audio_xxh3"][asked["corpus"].isin(foreign)].dropna()
        equal = own["audio_xxh3"].isin(there)
        left = own[~equal & ~own["speaker"].isin(shared)]
        learnt = learnt_classes(left["label"], label_set, train)
        scorable, lines = scorable_corpora(scored, foreign, learnt)
        row = Row(
            name,
            train=tuple(train),
            test=tuple(corpus for corpus in test if corpus in (*train, *scorable)),
            exclude_speakers=tuple(sorted(shared)),
            exclude_audio_of=tuple(
                corpus if split == ALL else f"{corpus}/{split}" for corpus in foreign
            ),
            equal_audio=int((equal & (own["split"] != "test")).sum()),
        )
        _require_classes(left[left["split"] == "train"], row, foreign, dataset)
        for line in lines:
            on_note(f"{describe_row(row, mode)}: {line}")
        if row.test:
            rows.append(row)
    if not rows:
        raise DataError(
            f"{dataset}: no corpus has two classes in common with those it would be scored by: "
            "choose a label set that they share, as six is"
        )
    return rows


def run_row(
    system: System,
    row: Row,
    dataset: str | Path,
    split: str,
    folder: Path,
    console: Console | None = None,
    label_set: LabelChoice = "six",
) -> Evaluation:
    """Trains a system as a row says and scores it; an interrupted training is continued.

    Args:
        system: A recipe, or a baseline.
        row: Corpora to train on and to score, and what is left out of training.
        dataset: Dataset folder.
        split: What is scored; :data:`training.evaluation.evaluate.ALL` for whole corpora.
        folder: For the trained model.
        console: Where training prints its progress; ``None`` for silence.
        label_set: Which classes.
    """
    if isinstance(system, Baseline):
        result = run_baseline(
            system,
            dataset,
            split,
            RowChoice(row.test),
            row.fitted,
            keep_in=folder.parent,
            task=label_set,
        )
    else:
        model = folder / "model"
        if not is_complete(model):
            data = system.data
            own = {
                "corpora": row.train,
                "label_set": label_set,
                "exclude_corpora": (),
                "exclude_speakers": (*data.exclude_speakers, *row.exclude_speakers),
                "exclude_audio_of": (*data.exclude_audio_of, *row.exclude_audio_of),
            }
            recipe = system.model_copy(update={"data": data.model_copy(update=own)})
            train(recipe, dataset, model, resume=model.exists(), console=console)
        result = evaluate(str(model), dataset, split, RowChoice(row.test))
    notes = list(result.notes)
    if row.exclude_speakers:
        speakers = ", ".join(row.exclude_speakers)
        notes.append(f"speakers scored that were left out of training: {speakers}")
    if row.equal_audio:
        notes.append(
            f"utterances left out of training, as their audio is scored: {row.equal_audio}"
        )
    return replace(result, notes=notes)


def row_key(
    system: System, row: Row, dataset: str | Path, split: str, label_set: LabelChoice = "six"
) -> str:
    """Checksum of everything that decides the scores of a row."""
    settings = vars(system) if isinstance(system, Baseline) else system.model_dump(mode="json")
    decides = [settings, vars(row), split, identity(dataset)]
    if label_set != "six":  # which earlier rows were of
        decides.append(label_set)
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def describe_row(row: Row, mode: Mode) -> str:
    """What a row is, in a few words."""
    return f"without {row.name}" if mode == "leave-one-corpus-out" else f"trained on {row.name}"


def _require_classes(
    train: pd.DataFrame, row: Row, foreign: Sequence[str], dataset: str | Path
) -> None:
    """Checks what is left to train on, before anything is run.

    Raises:
        DataError: It is nothing, or of one class.
    """
    if train["label"].nunique() > 1:
        return
    shared = f"is in what is scored of {', '.join(foreign)}, too"
    what = (
        f"nothing is left to train on: each speaker or clip of {', '.join(row.train)} {shared}"
        if train.empty
        else f"one class is left to train on: each speaker or clip of another {shared}"
    )
    raise DataError(f"{dataset}: row {row.name}: {what}: leave one of them out of --corpora")


def _with_classes(index: pd.DataFrame) -> set[str]:
    """Corpora with two classes or more: with one there is nothing to tell apart."""
    classes = index.groupby("corpus")["label"].nunique()
    return set(classes.index[classes > 1])


def _speakers(index: pd.DataFrame, corpora: Sequence[str]) -> frozenset[str]:
    return TrainingSpeakers.of_rows(index[index["corpus"].isin(corpora)]).speakers
