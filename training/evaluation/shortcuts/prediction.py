"""How well features predict a target, on clips that the classifier was not fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from training.evaluation.shortcuts.features import Features, together

ALL = "all together"
"""Name of all features as one."""

_FOLDS = 5
_LEAST = 10  # clips of a class, or of a speaker, below which it is left out
_TREES = 30
_LEAF = 5  # clips, at least: a leaf of one would learn clips by heart


@dataclass(frozen=True)
class Predictability:
    """How well each feature predicts a target.

    Attributes:
        target: ``emotion`` or ``speaker``.
        classes: Number of its values.
        clips: That were predicted, each by a classifier that was fitted on others.
        chance: Balanced accuracy of guessing: 1 / ``classes``.
        margin: By how much guessing exceeds chance in one of forty tries.
        accuracy: Feature → balanced accuracy, the mean recall of the values.
    """

    target: str
    classes: int
    clips: int
    chance: float
    margin: float
    accuracy: dict[str, float] = field(default_factory=dict)


def predictability(
    target: str,
    features: Mapping[str, Features],
    targets: Sequence[str | None],
    groups: Sequence[str | None] | None = None,
) -> Predictability | None:
    """Measures each feature alone and all of them together, by five-fold cross-validation.

    Args:
        target: Name of what is predicted.
        features: As :func:`training.evaluation.shortcuts.features.trivial_features` gives them.
        targets: Value of the target of every clip; clips without one are left out, and so are
            values of fewer than ten clips.
        groups: What may not be in two folds, of every clip: its speaker, if emotion is predicted.

    Returns:
        The accuracies; None where fewer than two values, or groups, are left.
    """
    values, counts = np.unique([one for one in targets if one is not None], return_counts=True)
    frequent = set(values[counts >= _LEAST].tolist())
    chosen = np.array([one in frequent for one in targets], dtype=bool)
    wanted = np.array([one or "" for one in targets])[chosen]
    apart = _apart(groups, chosen)
    folds = _FOLDS if apart is None else min(_FOLDS, len(set(apart)))
    if len(frequent) < 2 or folds < 2:
        return None
    sets = {name: one[chosen] for name, one in features.items() if _varies(one[chosen])}
    sets |= {ALL: together(list(sets.values()))} if sets else {}
    return Predictability(
        target,
        classes=len(frequent),
        clips=len(wanted),
        chance=round(1 / len(frequent), 4),
        margin=round(_margin(wanted), 4),
        accuracy={
            name: round(_accuracy(one, wanted, apart, folds), 4) for name, one in sets.items()
        },
    )


def _accuracy(
    features: Features, wanted: npt.NDArray[np.str_], apart: Sequence[str] | None, folds: int
) -> float:
    forest = RandomForestClassifier(
        _TREES, min_samples_leaf=_LEAF, class_weight="balanced", random_state=0
    )
    kind = StratifiedKFold if apart is None else StratifiedGroupKFold
    split = kind(folds, shuffle=True, random_state=0)
    predicted = cross_val_predict(forest, features, wanted, groups=apart, cv=split)
    return float(balanced_accuracy_score(wanted, predicted))


def _apart(
    groups: Sequence[str | None] | None, chosen: npt.NDArray[np.bool_]
) -> Sequence[str] | None:
    """Group of every chosen clip; a clip of an unknown one is a group of its own."""
    if groups is None:
        return None
    named = [group or f"clip {number}" for number, group in enumerate(groups)]
    return [group for group, wanted in zip(named, chosen, strict=True) if wanted]


def _varies(features: Features) -> bool:
    return bool((features != features[:1]).any())


def _margin(wanted: npt.NDArray[np.str_]) -> float:
    """1.96 standard errors of the mean recall of guesses that hit each class by chance."""
    counts = np.unique(wanted, return_counts=True)[1]
    chance = 1 / len(counts)
    return float(1.96 * np.sqrt((chance * (1 - chance) / counts).sum()) / len(counts))
