"""Answers on a page, with sound: of each confusion those that a model was surest of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.pages.excerpts import PageClip, WithAudio, encode_excerpt
from training.data.index import load_index
from training.data.parquet_audio import AudioReader, clip_locations
from training.data.row_choice import RowChoice
from training.data.terms import redistributable_corpora
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.readable_name import readable
from training.evaluation.score_file import Evaluation

_PER_CELL = 5  # answers of a cell of the confusion matrix
_MOST = 240  # answers of a page, which then stays under 10 MB
_WORST = 12  # wrong answers that stand first


@dataclass(frozen=True)
class AnswerClips:
    """Clips on a page, each with what was answered.

    Attributes:
        sections: Title → clips with what was answered; the surest mistakes first.
        per_cell: How many there are of a cell of the confusion matrix at most.
        not_playable: Corpora without sound here, as their terms do not let them be passed on.
    """

    sections: dict[str, list[PageClip]]
    per_cell: int
    not_playable: list[str]

    @property
    def playable(self) -> list[PageClip]:
        """Clips with sound, in the order of the page."""
        return [clip for clips in self.sections.values() for clip in clips if clip.audio]

    def keys(self, name: str) -> list[str]:
        """All values of a key, sorted."""
        clips = [clip for clips in self.sections.values() for clip in clips]
        return sorted({clip.keys[name] for clip in clips if clip.keys.get(name)})


def find_answers(evaluation: Evaluation, with_audio: WithAudio) -> AnswerClips:
    """Chooses answers of an evaluation, and reads their clips from its dataset.

    Args:
        evaluation: What was found.
        with_audio: Which corpora can be played.

    Raises:
        UsageError: The dataset is gone.
        DataError: It is damaged, or another one now.
    """
    number = cell_size(evaluation)
    chosen = choose_answers(evaluation.predictions, number)
    corpora = set(evaluation.corpora)
    if with_audio == "all":
        not_playable: set[str] = set()
    else:
        not_playable = corpora - redistributable_corpora(evaluation.dataset)
    playable = set() if with_audio == "none" else corpora - not_playable
    sounds = _read_sounds(evaluation.dataset, chosen[chosen["corpus"].isin(playable)])
    sections: dict[str, list[PageClip]] = {}
    for rank, row in enumerate(chosen.to_dict("records")):
        values = {str(name): value for name, value in row.items()}
        title = _title(values, rank, evaluation.classes)
        clip = _page_clip(values, evaluation.classes, sounds.get(values["id"], ""))
        sections.setdefault(title, []).append(clip)
    return AnswerClips(sections, number, [] if with_audio == "none" else sorted(not_playable))


def cell_size(evaluation: Evaluation) -> int:
    """How many answers of each cell a page holds."""
    cells = int(np.count_nonzero(evaluation.overall.confusion))
    return max(1, min(_PER_CELL, _MOST // cells))


def choose_answers(predictions: PredictionTable, per_cell: int) -> pd.DataFrame:
    """The surest answers of each confusion, wrong ones before right ones, the surest first.

    Args:
        predictions: Of one model, or of several trained alike: of those, each answer of any.
        per_cell: How many of each pair of labelled and answered class.

    Returns:
        The columns of the utterances, ``predicted`` and ``confidence`` (NaN where the method gives
        no probabilities).
    """
    runs, utterances = predictions.predicted.shape
    frame = pd.concat([predictions.utterances] * runs, ignore_index=True)
    if predictions.probabilities is None:
        confidence = np.full(runs * utterances, np.nan)
    else:
        confidence = predictions.probabilities.max(axis=-1).ravel().astype(np.float64)
    frame = frame.assign(predicted=predictions.predicted.ravel(), confidence=confidence)
    frame["right"] = frame["predicted"] == frame["label"]
    order = ["right", "confidence", "id"]
    frame = frame.sort_values(order, ascending=[True, False, True], kind="stable")
    frame = frame.drop_duplicates(["id", "predicted"])
    return frame.groupby(["label", "predicted"], sort=False).head(per_cell).reset_index(drop=True)


def _title(row: Mapping[str, Any], rank: int, classes: list[str]) -> str:
    if row["right"]:
        return "right answers"
    if rank < _WORST:
        return "the surest mistakes"
    return f"further mistakes on {readable(classes[row['label']])}"


def _read_sounds(dataset: str, chosen: pd.DataFrame) -> dict[str, str]:
    """Id → the clip for a page; each row group is read once."""
    if chosen.empty:
        return {}
    index = load_index(dataset, rows=RowChoice(sorted(set(chosen["corpus"]))), labelled=False)
    rows = index[index["id"].isin(chosen["id"])].sort_values(["shard", "row_group", "row"])
    reader = AudioReader()
    return {location.id: encode_excerpt(reader.read(location)) for location in clip_locations(rows)}


def _page_clip(row: Mapping[str, Any], classes: list[str], audio: str) -> PageClip:
    def known(name: str) -> str:
        return "" if pd.isna(row.get(name)) else str(row[name])

    reference, answer = (classes[row[name]] for name in ("label", "predicted"))
    labelled, answered = readable(reference), readable(answer)
    sure = "" if pd.isna(row["confidence"]) else f"{100 * row['confidence']:.0f} % sure"
    return PageClip(
        id=known("id"),
        corpus=known("corpus"),
        facts=(
            f"{labelled}, and called so" if row["right"] else f"{labelled} taken for {answered}",
            sure,
            known("speaker"),
            known("gender"),
            known("language"),
        ),
        keys={
            "reference": reference,
            "answer": answer,
            **{name: known(name) for name in ("gender", "language", "speaker")},
        },
        text="",
        audio=audio,
    )
