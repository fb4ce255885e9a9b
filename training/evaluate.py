"""Evaluation: a trained model against a split of a dataset, overall and per corpus."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.console import Console
from rich.table import Table

from pipeline.errors import DataError
from training.data import load_index
from training.heads import UNLABELLED, Heads
from training.headscores import HeadScores, describe_heads, score_heads, score_heads_by_corpus
from training.metrics import Scores, score
from training.predictions import predict_index
from training.trained import Trained, load_trained


@dataclass(frozen=True)
class SpeakerOverlap:
    """Whether the speakers of an evaluation were heard in training.

    Attributes:
        seen: Speakers of the evaluation that were in training.
        unseen: Speakers of the evaluation that were not.
        unknown_utterances: Utterances evaluated whose speaker is not known.
    """

    seen: int
    unseen: int
    unknown_utterances: int

    def __str__(self) -> str:
        total = self.seen + self.unseen
        if self.seen:
            text = f"{self.seen} of {total} speakers WERE in training: not speaker-independent"
        elif total:
            text = f"none of the {total} speakers was in training: speaker-independent"
        else:
            text = "no speaker is known: speaker independence cannot be checked"
        if self.unknown_utterances and total:
            text += f" ({self.unknown_utterances} utterances of unknown speakers unchecked)"
        return text


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation.

    Attributes:
        model: Folder or name of the model.
        dataset: Folder of the dataset.
        split: The split scored.
        labels: Names of the classes, in index order.
        overall: Scores over all utterances.
        corpora: Scores per corpus.
        speakers: Whether speakers were heard in training.
        heads: Scores of the emotion categories and ratings; None for a model of six classes only.
        head_corpora: The same per corpus.
    """

    model: str
    dataset: str
    split: str
    labels: list[str]
    overall: Scores
    corpora: dict[str, Scores]
    speakers: SpeakerOverlap
    heads: HeadScores | None = None
    head_corpora: dict[str, HeadScores] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as plain JSON types."""
        return asdict(self)


def evaluate(
    model: str | Path,
    dataset: str | Path,
    split: str = "test",
    corpora: Collection[str] = (),
    batch_size: int = 16,
) -> Evaluation:
    """Scores a trained model on a split of a dataset folder.

    Raises:
        UsageError: There is no such model, dataset, split or corpus.
        DataError: The split has no labelled utterances.
    """
    trained = load_trained(model)
    heads = Heads.of(trained.model.config)
    rows = load_index(dataset, split, tuple(corpora), also=heads.columns)
    labelled = np.flatnonzero(rows["label"] != UNLABELLED)
    if not len(labelled):
        raise DataError(f"{dataset}: no labelled utterances in split {split!r}: nothing to score")
    predictions = predict_index(trained.model, rows, trained.data.longest, batch_size)
    index = rows.iloc[labelled].reset_index(drop=True)
    predicted = predictions.classes[labelled].argmax(axis=1)
    overall, per_corpus = score_rows(index, predicted, len(trained.labels))
    return Evaluation(
        model=str(model),
        dataset=str(dataset),
        split=split,
        labels=trained.labels,
        overall=overall,
        corpora=per_corpus,
        speakers=speaker_overlap(index, training_speakers(trained, dataset)),
        heads=score_heads(rows, predictions, heads) if heads.columns else None,
        head_corpora=score_heads_by_corpus(rows, predictions, heads) if heads.columns else {},
    )


def score_rows(
    index: pd.DataFrame, predicted: npt.NDArray[np.integer[Any]], classes: int
) -> tuple[Scores, dict[str, Scores]]:
    """Scores of the rows of an index: overall, and per corpus."""
    reference = index["label"].to_numpy()
    speakers = np.array(known_speakers(index), dtype=object)

    def score_part(part: npt.NDArray[np.integer[Any]]) -> Scores:
        return score(reference[part], predicted[part], speakers[part].tolist(), classes)

    parts = index.reset_index(drop=True).groupby("corpus", sort=True).indices
    per_corpus = {str(corpus): score_part(np.asarray(rows)) for corpus, rows in parts.items()}
    return score_part(np.arange(len(index))), per_corpus


def known_speakers(index: pd.DataFrame) -> list[str | None]:
    """The speaker of each row, ``None`` where unknown."""
    return [None if pd.isna(speaker) else str(speaker) for speaker in index["speaker"]]


def training_speakers(trained: Trained, dataset: str | Path) -> set[str]:
    """Speakers a model heard in training: as it says itself, else the dataset's train split."""
    stated = trained.provenance.get("training_speakers")
    if stated is not None:
        return set(stated)
    rows = load_index(dataset, "train", labelled=False)
    return {speaker for speaker in known_speakers(rows) if speaker is not None}


def speaker_overlap(index: pd.DataFrame, heard: Collection[str]) -> SpeakerOverlap:
    """Compares the speakers of an index with those heard in training."""
    speakers = known_speakers(index)
    there = {speaker for speaker in speakers if speaker is not None}
    return SpeakerOverlap(
        seen=len(there & set(heard)),
        unseen=len(there - set(heard)),
        unknown_utterances=speakers.count(None),
    )


def print_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Prints the scores, the confusion matrix and what is known about the speakers."""
    console.print(
        scores_table(
            f"{evaluation.split} split of {evaluation.dataset}, in per cent",
            evaluation.overall,
            evaluation.corpora,
        )
    )
    console.print(confusion_table(evaluation.overall, evaluation.labels))
    if evaluation.heads is not None:
        console.print(f"Further heads: {describe_heads(evaluation.heads)}.", highlight=False)
    console.print(str(evaluation.speakers).capitalize() + ".", highlight=False)


def scores_table(title: str, overall: Scores, corpora: dict[str, Scores]) -> Table:
    """One line a corpus and one for all; per cent, the UAR with its 95 % interval over speakers.

    Where the interval is a point (a single speaker, say) none is shown: it would look certain.
    """
    table = Table(title=title, title_justify="left", show_footer=len(corpora) > 1)
    columns = ("n", "speakers", "UAR", "95 %", "WA", "macro-F1", "chance")
    for name, footer in zip(("corpus", *columns), ("all", *_cells(overall)), strict=True):
        justify: Literal["left", "right"] = "left" if name == "corpus" else "right"
        table.add_column(name, footer, justify=justify, no_wrap=True)
    for corpus, scores in corpora.items():
        table.add_row(corpus, *_cells(scores))
    return table


def _cells(scores: Scores) -> tuple[str, ...]:
    certain = scores.uar_low == scores.uar_high
    return (
        str(scores.utterances),
        str(scores.speakers),
        f"{100 * scores.uar:.1f}",
        "" if certain else f"{100 * scores.uar_low:.0f}–{100 * scores.uar_high:.0f}",
        f"{100 * scores.wa:.1f}",
        f"{100 * scores.macro_f1:.1f}",
        f"{100 * scores.chance:.1f}",
    )


def confusion_table(scores: Scores, labels: list[str]) -> Table:
    """Counts, one row a reference class, one column a predicted class."""
    table = Table(title="reference ↓, predicted →", title_justify="left")
    table.add_column("")
    for number in range(len(labels)):
        table.add_column(str(number), justify="right")
    for row, (label, counts) in enumerate(zip(labels, scores.confusion, strict=True)):
        cells = [
            f"[bold]{count}[/]" if row == column else str(count)
            for column, count in enumerate(counts)
        ]
        table.add_row(f"{row} {label}", *cells)
    return table
