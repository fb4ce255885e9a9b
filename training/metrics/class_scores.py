"""Recall, precision and F1 of each class, the recall with its interval over speakers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.metrics.bootstrap import Integers, confusions_by_speaker, resample_speakers
from training.metrics.intervals import show_interval


@dataclass(frozen=True)
class ClassScores:
    """How well one class is found; of several models, over their counts together.

    Attributes:
        utterances: How many are of the class.
        recall: Share of them that are called so, in [0, 1].
        low: Lower end of its 95 % interval over speakers.
        high: Upper end of it.
        interval_speakers: How many speakers utter the class; each utterance of an unknown one
            counts as one.
        precision: Share of the utterances called so that are; ``None`` where none is.
        f1: Harmonic mean of precision and recall.
    """

    utterances: int
    recall: float
    low: float
    high: float
    interval_speakers: int
    precision: float | None
    f1: float

    @property
    def interval(self) -> str:
        """The interval as tables show it (:mod:`training.metrics.intervals`)."""
        return show_interval(self.low, self.high, self.interval_speakers)


def score_classes(
    reference: Integers,
    predicted: Integers,
    speakers: Sequence[str | None],
    classes: Sequence[str],
) -> dict[str, ClassScores]:
    """Scores each class that occurs in the reference.

    Args:
        reference: True class of each utterance ``(utterances,)``.
        predicted: Predicted classes ``(utterances,)`` or ``(models, utterances)``.
        speakers: Speaker of each utterance; ``None`` where unknown.
        classes: Names of the classes, in index order.
    """
    by_speaker = confusions_by_speaker(reference, predicted, speakers, len(classes))
    confusion = by_speaker.sum(axis=0)
    support, called = confusion.sum(axis=1), confusion.sum(axis=0)
    drawn = resample_speakers(by_speaker)
    hits = np.diagonal(drawn, axis1=1, axis2=2)
    found = {}
    for number in map(int, np.flatnonzero(support)):
        low, high = 0.0, 1.0  # the speakers are too few to say anything
        if len(drawn):
            recalls = hits[:, number] / drawn[:, number].sum(axis=1)
            low, high = map(float, np.quantile(recalls, [0.025, 0.975]))
        right = confusion[number, number]
        found[classes[number]] = ClassScores(
            utterances=int((reference == number).sum()),
            recall=float(right / support[number]),
            low=low,
            high=high,
            interval_speakers=int((by_speaker[:, number].sum(axis=1) > 0).sum()),
            precision=float(right / called[number]) if called[number] else None,
            f1=float(2 * right / (support[number] + called[number])),
        )
    return found
