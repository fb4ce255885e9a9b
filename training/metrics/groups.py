"""Scores of groups of speakers, and how far each is from the rest: is a model fair?

A group's UAR is compared with that of all others whose group is known, over the classes that both
have: a group without the hardest class would look too good. Speakers are drawn for both at once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.data.index import known_speakers
from training.metrics.bootstrap import Integers, confusions_by_speaker
from training.metrics.differences import Difference, uar_difference
from training.metrics.scores import Scores, score

GROUP_KINDS = ("corpus", "gender", "language", "age")
"""By what utterances are grouped; age by :data:`AGES`."""

AGES: tuple[tuple[str, float], ...] = (
    ("under 18", 18),
    ("18 to 29", 30),
    ("30 to 44", 45),
    ("45 to 59", 60),
    ("60 and over", float("inf")),
)
"""Name of each age group, and the years that end it."""


@dataclass(frozen=True)
class GroupScores:
    """Scores of a group.

    Attributes:
        scores: Of its utterances.
        difference: Its UAR minus that of the rest, over the classes that both have; ``None`` where
            they share none.
        classes: How many classes both have.
    """

    scores: Scores
    difference: Difference | None
    classes: int


def age_group(years: float | None) -> str | None:
    """The age group of a speaker.

    >>> age_group(29.5), age_group(60), age_group(None)
    ('18 to 29', '60 and over', None)
    """
    if years is None or np.isnan(years):
        return None
    return next(name for name, end in AGES if years < end)


def score_groups(
    utterances: pd.DataFrame, predicted: Integers, classes: int
) -> dict[str, dict[str, GroupScores]]:
    """Scores the groups of each kind of which at least two are there.

    Args:
        utterances: Rows with ``label`` and ``speaker``, and those of ``corpus``, ``gender``,
            ``language`` and ``age`` (years) that are known.
        predicted: Classes ``(utterances,)`` or ``(models, utterances)``.
        classes: How many classes there are.

    Returns:
        Kind → group → scores. Rows whose group is unknown are in none, and in no rest.
    """
    found = {}
    for kind in (kind for kind in GROUP_KINDS if kind in utterances):
        groups = _groups(utterances, kind)
        names = sorted(set(groups.dropna()), key=_order)
        if len(names) > 1:
            found[kind] = {
                str(name): _score_group(utterances, predicted, classes, groups, name)
                for name in names
            }
    return found


def _groups(utterances: pd.DataFrame, kind: str) -> "pd.Series[Any]":
    column = utterances[kind].reset_index(drop=True)
    return column.astype(float).map(age_group) if kind == "age" else column


def _order(name: str) -> tuple[int, str]:
    ages = [age for age, _ in AGES]
    return (ages.index(name) if name in ages else len(ages), name)


def _score_group(
    utterances: pd.DataFrame,
    predicted: Integers,
    classes: int,
    groups: "pd.Series[Any]",
    name: str,
) -> GroupScores:
    inside = (groups == name).to_numpy(dtype=bool)
    known = groups.notna().to_numpy(dtype=bool)
    reference = utterances["label"].to_numpy(dtype=np.int64)
    speakers = np.array(known_speakers(utterances), dtype=object)
    scores = score(reference[inside], predicted[..., inside], speakers[inside].tolist(), classes)
    shared = _occur(reference[inside], classes) & _occur(reference[known & ~inside], classes)
    compared = known & shared[reference]
    if not shared.any():
        return GroupScores(scores, None, 0)
    here, there = compared & inside, compared & ~inside
    both = _by_speaker(reference, predicted, speakers, (here, there), classes)
    smaller = int((both.sum(axis=(2, 3)) > 0).sum(axis=0).min())
    return GroupScores(scores, uar_difference(both, smaller), int(shared.sum()))


def _occur(reference: Integers, classes: int) -> npt.NDArray[np.bool_]:
    return np.bincount(reference, minlength=classes) > 0


def _by_speaker(
    reference: Integers,
    predicted: Integers,
    speakers: npt.NDArray[np.object_],
    sides: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
    classes: int,
) -> Integers:
    """Confusion matrices ``(speakers, 2, classes, classes)`` of two sides of the utterances."""
    compared = sides[0] | sides[1]
    second = sides[1][compared]
    runs = np.atleast_2d(predicted)[:, compared]
    # Twice as many classes: those of the second side stand behind those of the first.
    offset = classes * second
    whole = confusions_by_speaker(
        reference[compared] + offset, runs + offset, speakers[compared].tolist(), 2 * classes
    )
    first, last = slice(0, classes), slice(classes, 2 * classes)
    return np.stack([whole[:, first, first], whole[:, last, last]], axis=1)
