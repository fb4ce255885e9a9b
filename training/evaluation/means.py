"""Scores over several corpora: their mean, in which each counts the same, and all clips pooled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.evaluation.score_file import Evaluation
from training.metrics.bootstrap import DRAWS, count_confusions, resample_together
from training.metrics.differences import Difference
from training.metrics.scores import Figures, Integers, Scores, uar

Floats = npt.NDArray[np.float64]


def mean_figures(corpora: Sequence[Evaluation], draws: int = DRAWS) -> Figures:
    """Mean of the scores of corpora, each counting the same; clips and speakers count once.

    The interval takes the mean of the UARs in each draw. Evaluations that have speakers in common
    are drawn together (the same corpus scored by several models, actors of two corpora), others by
    themselves.

    Args:
        corpora: One evaluation a corpus, or a pair of corpora.
        draws: Bootstrap draws.
    """
    scores = [evaluation.overall for evaluation in corpora]
    tables = [evaluation.predictions for evaluation in corpora]
    low, high = _interval(_mean_draws([[one] for one in corpora], draws)[:, 0], (0.0, 1.0))
    return Figures(
        utterances=len(set().union(*(table.utterances["id"] for table in tables))),
        speakers=len(set().union(*(table.speakers for table in tables)) - {None}),
        uar=_mean(scores, "uar"),
        uar_low=low,
        uar_high=high,
        interval_speakers=min(one.interval_speakers for one in scores),
        wa=_mean(scores, "wa"),
        macro_f1=_mean(scores, "macro_f1"),
        chance=_mean(scores, "chance"),
    )


def mean_difference(first: Sequence[Evaluation], second: Sequence[Evaluation]) -> Difference:
    """Mean UAR over corpora of the first minus that of the second, paired by speakers.

    Args:
        first: One evaluation a corpus.
        second: Of the same utterances.
    """
    drawn = _mean_draws([list(pair) for pair in zip(first, second, strict=True)])
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


@dataclass
class _Group:
    """Evaluations that have speakers in common, directly or through others.

    Attributes:
        speakers: Theirs; of an unknown one, the utterance.
        corpora: One entry a corpus: the models that are scored on it.
    """

    speakers: set[str]
    corpora: list[Sequence[Evaluation]]

    def confusions(self) -> Iterator[Integers]:
        """By corpus: matrices ``(speakers, models, classes, classes)``, speakers alike in each."""
        index_of = {speaker: index for index, speaker in enumerate(sorted(self.speakers))}
        for models in self.corpora:
            yield np.stack([_confusions(model, index_of) for model in models], axis=1)


def _mean_draws(corpora: Sequence[Sequence[Evaluation]], draws: int = DRAWS) -> Floats:
    """UARs ``(draws, models)``, means over corpora; models share the draws of a corpus.

    There are as many as the group gives whose draws lack a class most often.
    """
    drawn = [
        uar(sums)
        for seed, group in enumerate(_group_by_speakers(corpora))
        for sums in resample_together(group.confusions(), draws, seed)
    ]
    shortest = min(map(len, drawn))
    means: Floats = np.mean([one[:shortest] for one in drawn], axis=0)
    return means.reshape(shortest, -1)


def _group_by_speakers(corpora: Sequence[Sequence[Evaluation]]) -> list[_Group]:
    groups: list[_Group] = []
    for models in corpora:
        found = _Group(set(_speakers_of(models[0])), [models])
        apart = []
        for group in groups:
            if group.speakers.isdisjoint(found.speakers):
                apart.append(group)
            else:
                joined = group.corpora + found.corpora
                found = _Group(group.speakers | found.speakers, joined)
        groups = [*apart, found]
    return groups


def _speakers_of(evaluation: Evaluation) -> list[str]:
    """The speaker of each utterance; of an unknown one, the utterance stands for them."""
    table = evaluation.predictions
    names = zip(table.speakers, table.utterances["id"], strict=True)
    return [f"\0{name}" if speaker is None else speaker for speaker, name in names]


def _confusions(evaluation: Evaluation, index_of: Mapping[str, int]) -> Integers:
    table = evaluation.predictions
    indices = np.array([index_of[speaker] for speaker in _speakers_of(evaluation)])
    classes = len(evaluation.classes)
    return count_confusions(table.reference, table.predicted, indices, len(index_of), classes)


def _mean(scores: Sequence[Scores], name: str) -> float:
    return float(np.mean([getattr(one, name) for one in scores]))


def _interval(values: Floats, unknown: tuple[float, float]) -> tuple[float, float]:
    """95 % percentile interval; what is certain anyway where no draw holds every class."""
    if not len(values):
        return unknown
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
