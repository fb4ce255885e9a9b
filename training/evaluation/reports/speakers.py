"""How well each speaker is understood: one row a speaker, the least understood first."""

from dataclasses import dataclass

import numpy as np

from training.evaluation.prediction_table import PredictionTable
from training.metrics.scores import uar

_MOST = 200  # speakers that a page lists


@dataclass(frozen=True)
class SpeakerRow:
    """Scores of one speaker; of several models, over all their answers.

    Attributes:
        speaker: Name.
        corpus: Of the first utterance.
        gender: Of the first utterance; empty where unknown.
        utterances: How many were scored.
        accuracy: Share of right answers.
        uar: Mean recall over the classes that the speaker utters.
        mistake: The most frequent one: labelled and answered class, and how often; ``None`` where
            there is none.
    """

    speaker: str
    corpus: str
    gender: str
    utterances: int
    accuracy: float
    uar: float
    mistake: tuple[int, int, int] | None


@dataclass(frozen=True)
class SpeakerRows:
    """Speakers of lowest accuracy.

    Attributes:
        rows: As many as a page lists.
        known: How many speakers are known.
    """

    rows: list[SpeakerRow]
    known: int


def speaker_rows(predictions: PredictionTable, classes: int, most: int = _MOST) -> SpeakerRows:
    """Scores each known speaker.

    Args:
        predictions: Of one model, or of several trained alike.
        classes: How many classes there are.
        most: How many speakers to give.
    """
    utterances = predictions.utterances.reset_index(drop=True)
    groups = utterances.dropna(subset=["speaker"]).groupby("speaker", sort=True).indices
    # `indices` counts within what was grouped; back to the rows of the predictions:
    places = np.flatnonzero(utterances["speaker"].notna())
    rows = [
        _score_speaker(predictions, str(speaker), places[np.asarray(found)], classes)
        for speaker, found in groups.items()
    ]
    rows.sort(key=lambda row: (row.accuracy, row.speaker))
    return SpeakerRows(rows[:most], len(rows))


def _score_speaker(
    predictions: PredictionTable, speaker: str, places: "np.ndarray[tuple[int], np.dtype[np.intp]]",
    classes: int,
) -> SpeakerRow:  # fmt: skip
    confusion = np.zeros((classes, classes), dtype=np.int64)
    for run in predictions.predicted[:, places]:
        np.add.at(confusion, (predictions.reference[places], run), 1)
    wrong = confusion - np.diag(np.diag(confusion))
    labelled, answered = np.unravel_index(int(wrong.argmax()), wrong.shape)
    often = int(wrong.max())
    first = predictions.utterances.iloc[places[0]]
    gender = first.get("gender")
    return SpeakerRow(
        speaker=speaker,
        corpus=str(first["corpus"]),
        gender=gender if isinstance(gender, str) else "",
        utterances=len(places),
        accuracy=float(np.trace(confusion) / confusion.sum()),
        uar=float(uar(confusion)),
        mistake=(int(labelled), int(answered), often) if often else None,
    )
