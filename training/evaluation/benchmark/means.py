"""Scores over several corpora: their mean, in which each counts the same, and all clips pooled."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.evaluation.score_file import Evaluation
from training.metrics.bootstrap import confusions_by_speaker, resample_speakers
from training.metrics.differences import Difference
from training.metrics.scores import Figures, Integers, Scores, uar

Floats = npt.NDArray[np.float64]


def mean_figures(corpora: Sequence[Evaluation], draws: int = 1000) -> Figures:
    """Mean of the scores of corpora, each counting the same.

    The interval draws the speakers of each corpus by themselves, and takes the mean of the UARs in
    each draw.

    Args:
        corpora: One evaluation a corpus.
        draws: Bootstrap draws.
    """
    scores = [evaluation.overall for evaluation in corpora]
    low, high = _interval(_mean_draws([[one] for one in corpora], draws)[:, 0], (0.0, 1.0))
    return Figures(
        utterances=sum(one.utterances for one in scores),
        speakers=sum(one.speakers for one in scores),
        uar=_mean(scores, "uar"),
        uar_low=low,
        uar_high=high,
        interval_speakers=min(one.interval_speakers for one in scores),
        wa=_mean(scores, "wa"),
        macro_f1=_mean(scores, "macro_f1"),
        chance=_mean(scores, "chance"),
    )


def mean_difference(
    first: Sequence[Evaluation], second: Sequence[Evaluation], draws: int = 1000
) -> Difference:
    """Mean UAR over corpora of the first minus that of the second, paired by speakers.

    Args:
        first: One evaluation a corpus.
        second: Of the same utterances in the same order.
        draws: Bootstrap draws, the same for both.
    """
    drawn = _mean_draws([list(pair) for pair in zip(first, second, strict=True)], draws)
    values = drawn[:, 0] - drawn[:, 1]
    low, high = _interval(values, (-1.0, 1.0))
    uars = [[one.overall for one in corpora] for corpora in (first, second)]
    return Difference(
        uar=_mean(uars[0], "uar") - _mean(uars[1], "uar"),
        low=low,
        high=high,
        improvement=float((values > 0).mean() + (values == 0).mean() / 2) if len(values) else 0.5,
        interval_speakers=min(one.interval_speakers for one in uars[0]),
    )


def _mean_draws(corpora: Sequence[Sequence[Evaluation]], draws: int) -> Floats:
    """UARs ``(draws, models)``, means over corpora; models share the draws of a corpus.

    Evaluations of the same corpus share them, too: its speakers are the same. There are as many as
    the corpus gives whose draws lack a class most often.
    """
    drawn = []
    seeds: dict[frozenset[str], int] = {}
    for models in corpora:
        scored = frozenset(models[0].predictions.corpora)
        seed = seeds.setdefault(scored, len(seeds))
        by_speaker = np.stack([_confusions(model) for model in models], axis=1)
        drawn.append(uar(resample_speakers(by_speaker, draws, seed)))
    shortest = min(map(len, drawn))
    means: Floats = np.mean([one[:shortest] for one in drawn], axis=0)
    return means.reshape(shortest, -1)


def _confusions(evaluation: Evaluation) -> Integers:
    table = evaluation.predictions
    return confusions_by_speaker(
        table.reference, table.predicted, table.speakers, len(evaluation.classes)
    )


def _mean(scores: Sequence[Scores], name: str) -> float:
    return float(np.mean([getattr(one, name) for one in scores]))


def _interval(values: Floats, unknown: tuple[float, float]) -> tuple[float, float]:
    """95 % percentile interval; what is certain anyway where no draw holds every class."""
    if not len(values):
        return unknown
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
