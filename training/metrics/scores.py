"""Metrics of speech emotion recognition: UAR, WA, macro-F1, confusion, CCC, and their certainty.

UAR (unweighted average recall, also "balanced accuracy") is the field's headline number, because
corpora are unbalanced. Its interval resamples speakers, not utterances: clips of one speaker are
not independent, and what is claimed is how the model does on *new* speakers.
"""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix

from training.metrics.bootstrap import DRAWS, confusions_by_speaker, resample_speakers
from training.metrics.intervals import show_interval

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Figures:
    """How well predicted classes agree with the reference, in the numbers that tables show.

    Attributes:
        utterances: How many were scored.
        speakers: How many known speakers they come from.
        uar: Mean recall over the classes present in the reference, in [0, 1].
        uar_low: Lower end of the 95 % interval of the UAR over speakers.
        uar_high: Upper end of it.
        interval_speakers: How many speakers it is drawn from: the known ones, and one for each
            utterance of an unknown one; of a mean over corpora, in the corpus with fewest.
        wa: Share of utterances classified right (weighted accuracy), in [0, 1].
        macro_f1: Mean F1 over the classes present in the reference, in [0, 1].
        chance: UAR of guessing: 1 / number of classes present in the reference. The majority
            class alone scores the same.
    """

    utterances: int
    speakers: int
    uar: float
    uar_low: float
    uar_high: float
    interval_speakers: int
    wa: float
    macro_f1: float
    chance: float

    @property
    def interval(self) -> str:
        """The interval as tables show it (:mod:`training.metrics.intervals`)."""
        return show_interval(self.uar_low, self.uar_high, self.interval_speakers)


@dataclass(frozen=True)
class Scores(Figures):
    """Figures of a test set, and what they are made of.

    Of several runs (the same training with other seeds), figures are means over the runs.

    Attributes:
        confusion: Counts, summed over the runs; one row a reference class, one column a predicted
            class.
        uar_runs: UAR of each run.
        uar_sd: Sample standard deviation of the UAR over the runs; ``None`` for a single one.
    """

    confusion: list[list[int]]
    uar_runs: list[float]
    uar_sd: float | None

    def to_dict(self) -> dict[str, Any]:
        """The scores as plain JSON types."""
        return asdict(self)


def score(
    reference: Integers,
    predicted: Integers,
    speakers: Sequence[str | None],
    classes: int,
    draws: int = DRAWS,
) -> Scores:
    """Scores predictions against a reference.

    Args:
        reference: True class of each utterance ``(utterances,)``, in ``[0, classes)``.
        predicted: Predicted class of each utterance ``(utterances,)``, in ``[0, classes)``; or
            ``(runs, utterances)``, of several models trained alike.
        speakers: Speaker of each utterance; ``None`` where unknown.
        classes: How many classes the task has.
        draws: Bootstrap draws behind the interval.

    Raises:
        ValueError: There is nothing to score, or the lengths differ.
    """
    runs = np.atleast_2d(predicted)
    if not len(reference) == runs.shape[1] == len(speakers):
        raise ValueError(
            f"{len(reference)} references, {runs.shape[1]} predictions and {len(speakers)} "
            "speakers: expected as many of each"
        )
    if not len(reference):
        raise ValueError("no utterances to score")
    confusions = np.stack(
        [confusion_matrix(reference, run, labels=np.arange(classes)) for run in runs]
    )
    # Every run has the same reference, so the UAR of the summed counts is the mean of the UARs.
    summed = confusions.sum(axis=0)
    uar_runs = [float(value) for value in uar(confusions)]
    by_speaker = confusions_by_speaker(reference, runs, speakers, classes)
    low, high = uar_interval(by_speaker, draws)
    return Scores(
        utterances=len(reference),
        speakers=len({speaker for speaker in speakers if speaker is not None}),
        uar=float(uar(summed)),
        uar_low=low,
        uar_high=high,
        interval_speakers=len(by_speaker),
        wa=float(np.trace(summed) / summed.sum()),
        macro_f1=float(np.mean([macro_f1(confusion) for confusion in confusions])),
        chance=1 / int((summed.sum(axis=1) > 0).sum()),
        confusion=summed.tolist(),
        uar_runs=uar_runs,
        uar_sd=statistics.stdev(uar_runs) if len(uar_runs) > 1 else None,
    )


def uar(confusion: Integers) -> Floats:
    """Unweighted average recall of confusion matrices ``(..., classes, classes)``, in [0, 1].

    Classes without a reference utterance do not count; they have no recall.
    """
    support = confusion.sum(axis=-1)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    recall = np.divide(hits, support, out=np.zeros(support.shape), where=support > 0)
    mean: Floats = recall.sum(axis=-1) / (support > 0).sum(axis=-1)
    return mean


def uar_of(reference: Integers, predicted: Integers) -> float:
    """UAR of predicted classes ``(utterances,)``, in [0, 1]."""
    classes = np.arange(max(reference.max(), predicted.max()) + 1)
    return float(uar(confusion_matrix(reference, predicted, labels=classes)))


def macro_f1(confusion: Integers) -> Floats:
    """Mean F1 over the classes present in the reference, of one ``(classes, classes)`` matrix."""
    support, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    present = support > 0
    f1: Floats = 2 * np.diagonal(confusion)[present] / (support + predicted)[present]
    mean: Floats = f1.mean()
    return mean


def uar_interval(by_speaker: Integers, draws: int = DRAWS) -> tuple[float, float]:
    """95 % percentile interval of the UAR, resampling speakers with replacement.

    With a single speaker there is nothing to resample: the interval is then a point and says
    nothing about others. It is [0, 1] where no draw holds every class.

    Args:
        by_speaker: Confusion matrices ``(speakers, classes, classes)``.
        draws: Bootstrap draws.
    """
    values = uar(resample_speakers(by_speaker, draws))
    if not len(values):
        return 0.0, 1.0  # the speakers are too few to say anything
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def ccc(reference: Floats, predicted: Floats) -> float:
    """Concordance correlation coefficient of two series ``(utterances,)``, in [-1, 1].

    ``2·cov / (var + var + (mean − mean)²)`` with population moments; two equal constants agree
    fully (1), a constant against anything else not at all (0).

    Source: Lin, "A concordance correlation coefficient to evaluate reproducibility",
    Biometrics 45 (1989), 255–268.
    """
    reference, predicted = np.asarray(reference, float), np.asarray(predicted, float)
    covariance = ((reference - reference.mean()) * (predicted - predicted.mean())).mean()
    spread = reference.var() + predicted.var() + (reference.mean() - predicted.mean()) ** 2
    return float(2 * covariance / spread) if spread > 0 else 1.0
