"""Comparison of two models on the same utterances: is the difference more than luck?

*Paired bootstrap by speakers* (Bisani and Ney, "Bootstrap estimates for confidence intervals in ASR
performance evaluation", ICASSP 2004): speakers are drawn with replacement, the same draw for both
models, and the difference of the UARs is taken in each draw. Its 2.5 % and 97.5 % quantiles are the
interval; the share of draws in which the first model is ahead is the probability of improvement.
It answers the question that is asked: would the first be ahead on other speakers?

*McNemar's exact test* (McNemar, Psychometrika 12, 1947; recommended by Dietterich, Neural
Computation 10, 1998): of the ``n = n_a + n_b`` utterances that exactly one of the two models gets
right, were they equally good, each would be the first's with probability 1/2:
``p = min(1, 2 · Σ_{k=0}^{min(n_a, n_b)} C(n, k) / 2^n)``. It speaks of accuracy, not of UAR, and
takes utterances as independent, which clips of one speaker are not: where the two disagree,
believe the bootstrap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest

from pipeline.common.count import count
from pipeline.common.errors import UsageError
from training.evaluation.prediction_table import PredictionTable
from training.evaluation.score_file import Evaluation, rescore
from training.metrics.bootstrap import confusions_by_speaker, count_speakers
from training.metrics.differences import Difference, uar_difference
from training.metrics.scores import Integers


@dataclass(frozen=True)
class McNemar:
    """McNemar's exact test of one model against another.

    Attributes:
        first: Name of the one.
        second: Name of the other.
        only_first: Utterances that only the first gets right.
        only_second: Utterances that only the second gets right.
        p: Probability of counts at least as far apart, were both equally good.
    """

    first: str
    second: str
    only_first: int
    only_second: int
    p: float


@dataclass(frozen=True)
class Comparison:
    """Two evaluations side by side.

    Attributes:
        first: Name of the one.
        second: Name of the other.
        overall: Difference over all utterances.
        corpora: The same per corpus.
        mcnemar: One test for each pair of models.
        speakers: Speakers that were drawn from; each utterance of an unknown one counts as one.
    """

    first: str
    second: str
    overall: Difference
    corpora: dict[str, Difference]
    mcnemar: list[McNemar]
    speakers: int

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain JSON types."""
        return asdict(self)


def compare(
    first: Evaluation,
    second: Evaluation,
    names: tuple[str, str],
) -> Comparison:
    """Compares two evaluations of the same utterances.

    Args:
        first: The one.
        second: The other.
        names: What the two are called, in messages, too.

    Raises:
        UsageError: Classes, utterances, their labels or their speakers differ.
    """
    if first.classes != second.classes:
        raise UsageError(
            f"{names[0]} has the classes {', '.join(first.classes)}, {names[1]} has "
            f"{', '.join(second.classes)}: only predictions of the same classes can be compared"
        )
    one, other = first.predictions, _aligned(first.predictions, second.predictions, names)
    classes = len(first.classes)

    def part(rows: Integers) -> Difference:
        speakers = [one.speakers[row] for row in rows]
        return _difference(
            one.reference[rows], one.predicted[:, rows], other[:, rows], speakers, classes
        )

    by_corpus = one.utterances.groupby("corpus", sort=True).indices
    return Comparison(
        first=names[0],
        second=names[1],
        overall=part(np.arange(len(one.utterances))),
        corpora={str(corpus): part(np.asarray(rows)) for corpus, rows in by_corpus.items()},
        mcnemar=[
            mcnemar(right_a, right_b, (model_a, model_b))
            for model_a, right_a in zip(one.models, one.predicted == one.reference, strict=True)
            for model_b, right_b in zip(
                second.predictions.models, other == one.reference, strict=True
            )
        ],
        speakers=count_speakers(one.speakers),
    )


def common_utterances(evaluations: Mapping[str, Evaluation]) -> dict[str, Evaluation]:
    """Scores evaluations anew on the utterances that all of them have.

    What was said of speakers holds for all utterances that each had.

    Args:
        evaluations: By name.

    Raises:
        UsageError: There are none that all have.
    """
    ids = {name: one.predictions.utterances["id"] for name, one in evaluations.items()}
    common = set.intersection(*(set(some) for some in ids.values()))
    if not common:
        raise UsageError(f"{', '.join(evaluations)}: no utterance that all have")
    found = {}
    for name, one in evaluations.items():
        kept = one.predictions.take(np.flatnonzero(ids[name].isin(common)))
        note = f"scored on {len(common):,} of its {count(len(ids[name]), 'utterance')}"
        left = [corpus for corpus in one.not_trained_on or () if corpus in kept.corpora]
        found[name] = rescore(
            one,
            kept,
            notes=[*one.notes, f"{note}, those that all have"],
            not_trained_on=None if one.not_trained_on is None else left,
        )
    return found


def mcnemar(right_a: Any, right_b: Any, names: tuple[str, str]) -> McNemar:
    """McNemar's exact test on which utterances each model gets right, ``(utterances,)`` booleans.

    >>> import numpy as np
    >>> mcnemar(np.array([True] * 8), np.array([True] * 2 + [False] * 6), ("a", "b")).p
    0.03125
    """
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    p = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    return McNemar(*names, only_a, only_b, float(p))


def _difference(
    reference: Integers,
    first: Integers,
    second: Integers,
    speakers: Sequence[str | None],
    classes: int,
) -> Difference:
    """The difference of the UARs of two sets of runs ``(runs, utterances)``."""
    both = np.stack(
        [
            confusions_by_speaker(reference, predicted, speakers, classes)
            for predicted in (first, second)
        ],
        axis=1,
    )
    return uar_difference(both, len(both))


def _aligned(one: PredictionTable, other: PredictionTable, names: tuple[str, str]) -> Integers:
    """Predicted classes ``(models, utterances)`` of the other, in the order of the one."""
    ids, others = one.utterances["id"].tolist(), other.utterances["id"].tolist()
    missing = sorted(set(ids) ^ set(others))
    if missing:
        raise UsageError(
            f"{names[0]} scores {count(len(ids), 'utterance')}, {names[1]} {len(others):,}; "
            f"{len(missing):,} stand in one of them only, such as {missing[0]!r}: evaluate both "
            "on the same split and corpora of the same dataset, or compare those that both have "
            "(--common)"
        )
    row_of = {name: row for row, name in enumerate(others)}
    order = np.array([row_of[name] for name in ids])
    for column in ("label", "speaker"):
        mine = one.utterances[column]
        theirs = other.utterances[column].iloc[order].reset_index(drop=True)
        differs = ~((mine == theirs) | (mine.isna() & theirs.isna()))
        if differs.any():
            row = int(np.flatnonzero(differs)[0])
            raise UsageError(
                f"{ids[row]!r} has the {column} {mine[row]!r} in {names[0]} and {theirs[row]!r} in "
                f"{names[1]}: the dataset was changed between them; evaluate both on it again"
            )
    aligned: Integers = other.predicted[:, order]
    return aligned
