"""The difference of two UARs under the same draws of speakers (paired bootstrap)."""

from dataclasses import dataclass

import numpy as np

from training.metrics.bootstrap import Integers, resample_speakers
from training.metrics.intervals import show_interval
from training.metrics.scores import uar


@dataclass(frozen=True)
class Difference:
    """A UAR minus another; of several models, of their means.

    Attributes:
        uar: The difference, in [-1, 1].
        low: Lower end of its 95 % interval over speakers.
        high: Upper end of it.
        improvement: Share of draws in which the first is ahead; draws without a difference count
            half.
        interval_speakers: How many speakers it is drawn from: the known ones, and one for each
            utterance of an unknown one. Of two groups, as many as the smaller one has.
    """

    uar: float
    low: float
    high: float
    improvement: float
    interval_speakers: int

    @property
    def interval(self) -> str:
        """The interval as tables show it (:mod:`training.metrics.intervals`)."""
        return show_interval(self.low, self.high, self.interval_speakers, "+z.0f", " to ")


def uar_difference(both: Integers, speakers: int) -> Difference:
    """UAR of the first minus UAR of the second; speakers are drawn for both at once.

    Source: Bisani and Ney, "Bootstrap estimates for confidence intervals in ASR performance
    evaluation", ICASSP 2004.

    Args:
        both: Confusion matrices ``(speakers, 2, classes, classes)``.
        speakers: How many stand behind the interval.
    """
    ahead, behind = uar(both.sum(axis=0))
    drawn = uar(resample_speakers(both))
    if not len(drawn):  # no draw holds every class: the speakers are too few to say anything
        return Difference(float(ahead - behind), -1.0, 1.0, 0.5, speakers)
    values = drawn[:, 0] - drawn[:, 1]
    low, high = np.quantile(values, [0.025, 0.975])
    return Difference(
        uar=float(ahead - behind),
        low=float(low),
        high=float(high),
        improvement=float((values > 0).mean() + (values == 0).mean() / 2),
        interval_speakers=speakers,
    )
