"""How well a single rater agrees with the labels: what a model can be held against."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.metrics.bootstrap import Integers


@dataclass(frozen=True)
class RaterScores:
    """Scores of a rater drawn by chance for each utterance, expected over all draws.

    Attributes:
        utterances: How many have votes.
        uar: Mean over classes of the share of votes that agree with the label, in [0, 1].
        wa: The same over utterances.
    """

    utterances: int
    uar: float
    wa: float


def score_raters(reference: Integers, shares: npt.NDArray[np.floating]) -> RaterScores:
    """Scores one rater against the labels by which models are scored.

    The recognition rate of Cao et al., "CREMA-D: Crowd-sourced emotional multimodal actors
    dataset", IEEE Transactions on Affective Computing 5 (2014), 377-390. Where a label was elected
    by the votes, a rater's own is among them, so that this is an upper bound.

    Args:
        reference: Class of each utterance ``(utterances,)``.
        shares: Share of its votes that each class got ``(utterances, classes)``; votes for what is
            no class agree with none.

    Raises:
        ValueError: There are no utterances.
    """
    if not len(reference):
        raise ValueError("no utterances with votes")
    agreed = shares[np.arange(len(reference)), reference]
    support = np.bincount(reference)
    present = support > 0
    recall = np.bincount(reference, agreed)[present] / support[present]
    return RaterScores(len(reference), float(recall.mean()), float(agreed.mean()))
