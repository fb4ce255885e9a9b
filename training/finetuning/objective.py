"""The losses that a recipe asks for, made of what a run will see.

A further loss is a class in :mod:`training.model.losses`, a key of the recipe, and a function in
:data:`LOSSES` that makes the one of the other.
"""

from collections.abc import Callable

import numpy as np

from training.data.sampling import expected_repeats
from training.data.targets import UNLABELLED
from training.finetuning.run_plan import Plan
from training.model.losses import (
    ClassLoss,
    HeadLoss,
    Objective,
    RatingLoss,
    balanced_weights,
    log_prior,
)


def build_objective(plan: Plan) -> Objective:
    """The recipe's losses, with the classes as frequent as an epoch shows them."""
    losses = (build(plan) for build in LOSSES)
    return Objective(tuple(loss for loss in losses if loss is not None))


def label_loss(plan: Plan) -> HeadLoss | None:
    """The loss of the classes: the six, or those of a protocol; None where no row has one."""
    if not plan.classes:
        return None
    return _class_loss(plan, "logits", len(plan.classes), plan.recipe.heads.label)


def emotion_loss(plan: Plan) -> HeadLoss | None:
    """The loss of the emotion categories; None without that head."""
    categories, weight = len(plan.heads.emotions), plan.recipe.heads.emotion
    if not categories:
        return None
    return _class_loss(plan, "emotion_logits", categories, weight)


def rating_loss(plan: Plan) -> HeadLoss | None:
    """The loss of the dimensions; None without that head."""
    return RatingLoss(plan.recipe.heads.ratings) if plan.heads.dimensions else None


LOSSES: tuple[Callable[[Plan], HeadLoss | None], ...] = (label_loss, emotion_loss, rating_loss)
"""Each makes one loss of a run's plan, or none where the recipe or the data have no use for it."""


_TARGETS = {
    "logits": ("labels", "label_shares"),
    "emotion_logits": ("emotion_labels", "emotion_shares"),
}
"""Output of a head → its hard and its soft targets."""


def _class_loss(plan: Plan, output: str, classes: int, weight: float) -> ClassLoss:
    loss = plan.recipe.loss
    hard, soft = _TARGETS[output]
    target = soft if loss.soft_labels else hard
    labels = plan.heads.targets(plan.index)[target]
    repeats = expected_repeats(plan.index, plan.mixture)
    if loss.soft_labels:
        counts = repeats @ np.nan_to_num(labels)
    else:
        known = labels != UNLABELLED
        counts = np.bincount(labels[known], repeats[known], minlength=classes)
    return ClassLoss(
        target,
        output,
        weight,
        shift=loss.logit_adjustment * log_prior(counts) if loss.logit_adjustment else None,
        class_weights=balanced_weights(counts) if loss.class_weights == "balanced" else None,
        label_smoothing=loss.label_smoothing,
        focal_gamma=loss.focal_gamma,
    )
