"""What training minimises: one loss a head, each over the rows that carry its label.

Every loss is a sum over rows divided by a count that the caller may give, so that batches whose
gradients are added up, on one device or several, weigh as one large batch would.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from training.data.targets import UNLABELLED, ExHubertOutput, count_labelled


@dataclass(frozen=True)
class ClassLoss:
    """Cross-entropy and its variants for one head of classes.

    With ``q`` the target (one-hot, smoothed) and ``p`` the softmax of the shifted logits, a row
    costs ``Σ_c w_c · q_c · (1 − p_c)^γ · −log p_c``: cross-entropy for γ = 0, else the focal loss
    of Lin et al., "Focal loss for dense object detection", ICCV 2017.

    What smoothing takes from the true class goes to all classes by their shifted prior. Equal
    shares would ask a class of small prior for an unshifted logit so large that it is answered
    for clips of every other.

    Attributes:
        shift: Added to the logits in training only ``(classes,)``: ``τ · log prior`` gives the
            logit-adjusted loss of Menon et al., "Long-tail learning via logit adjustment", ICLR
            2021, whose unshifted logits then rank classes as if all were equally frequent.
        class_weights: ``w`` ``(classes,)``; None for equal ones.
        label_smoothing: Share of the target given to all classes, in [0, 1): by the softmax of the
            shift, so alike where there is none.
        focal_gamma: ``γ`` ≥ 0: how much less rows count that are classified well already.
    """

    shift: Tensor | None = None
    class_weights: Tensor | None = None
    label_smoothing: float = 0.0
    focal_gamma: float = 0.0

    def __call__(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss summed over labelled rows: zero, with a gradient of zero, if there are none.

        Args:
            logits: ``(rows, classes)``.
            labels: ``(rows,)``, :data:`training.data.targets.UNLABELLED` where a row has none.
        """
        logits = logits.float()
        classes = logits.shape[-1]
        pure = torch.eye(classes, device=logits.device)
        anything = pure.mean(dim=0)
        if self.shift is not None:
            shift = self.shift.to(logits.device)
            logits, anything = logits + shift, shift.softmax(dim=-1)
        labelled = labels != UNLABELLED
        pure = (1 - self.label_smoothing) * pure + self.label_smoothing * anything
        target = pure[labels.where(labelled, torch.zeros_like(labels))]
        if self.class_weights is not None:
            target = target * self.class_weights.to(logits.device)
        log_p = logits.log_softmax(dim=-1)
        if self.focal_gamma:
            target = target * (1 - log_p.exp()) ** self.focal_gamma
        return -((target * log_p).sum(dim=-1) * labelled).sum()


def ccc_losses(predicted: Tensor, reference: Tensor) -> Tensor:
    """``1 − CCC`` of each dimension over the rows that are rated, ``(dimensions,)``.

    CCC is Lin's concordance correlation coefficient (Biometrics 45, 1989),
    ``2·cov(x, y) / (var x + var y + (mean x − mean y)²)`` with population moments. A dimension
    with fewer than two rated rows costs nothing.

    Args:
        predicted: ``(rows, dimensions)``.
        reference: ``(rows, dimensions)``, NaN where a row is not rated.
    """
    rated = ~reference.isnan()
    count = rated.sum(dim=0)

    def mean(values: Tensor) -> Tensor:
        return (values * rated).sum(dim=0) / count.clamp(min=1)

    x, y = predicted.float(), reference.float().nan_to_num()
    x_mean, y_mean = mean(x), mean(y)
    covariance = mean((x - x_mean) * (y - y_mean))
    spread = mean((x - x_mean) ** 2) + mean((y - y_mean) ** 2) + (x_mean - y_mean) ** 2
    return (1 - 2 * covariance / (spread + 1e-8)) * (count > 1)


@dataclass(frozen=True)
class Objective:
    """The losses of all heads, added up by weight.

    Attributes:
        label: Loss of the six classes.
        emotion: Loss of the emotion categories.
        label_weight: Weight of the six classes.
        emotion_weight: Weight of the categories.
        rating_weight: Weight of ``1 − CCC``, averaged over the model's dimensions.
    """

    label: ClassLoss = ClassLoss()
    emotion: ClassLoss = ClassLoss()
    label_weight: float = 1.0
    emotion_weight: float = 1.0
    rating_weight: float = 1.0

    def __call__(
        self,
        outputs: ExHubertOutput,
        targets: Mapping[str, Tensor],
        counts: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """The loss of a batch.

        Args:
            outputs: Of the model.
            targets: Those there are, by the names of :data:`training.data.targets.TARGETS`.
            counts: Rows with each target in all batches whose gradients are added up, as
                :func:`training.data.targets.count_labelled` counts them; None for this batch alone.
        """
        here = count_labelled(targets)
        there = {name: count.clamp(min=1) for name, count in (counts or here).items()}
        losses = []
        if "labels" in targets:
            loss = self.label(outputs.logits, targets["labels"])
            losses.append(self.label_weight * loss / there["labels"])
        if "emotion_labels" in targets and outputs.emotion_logits is not None:
            loss = self.emotion(outputs.emotion_logits, targets["emotion_labels"])
            losses.append(self.emotion_weight * loss / there["emotion_labels"])
        if "rating_labels" in targets and outputs.ratings is not None:
            share = here["rating_labels"] / there["rating_labels"]
            loss = ccc_losses(outputs.ratings, targets["rating_labels"])
            losses.append(self.rating_weight * (loss * share).mean())
        if not losses:
            raise ValueError(f"no target fits a head: {', '.join(targets) or 'none'} given")
        return torch.stack(losses).sum()


def log_prior(counts: npt.ArrayLike) -> Tensor:
    """Logarithm of the share of each class ``(classes,)``, an utterance added to each.

    Args:
        counts: Utterances of each class, as often as an epoch shows them.
    """
    smoothed = np.asarray(counts, dtype=np.float64) + 1
    return torch.from_numpy(np.log(smoothed / smoothed.sum())).float()


def balanced_weights(counts: npt.ArrayLike) -> Tensor:
    """Weights ``(classes,)`` inversely proportional to counts; 1 on average of utterances."""
    sizes = np.asarray(counts, dtype=np.float64)
    present = sizes > 0
    weights = np.zeros(len(sizes), dtype=np.float32)
    weights[present] = sizes.sum() / (present.sum() * sizes[present])
    return torch.from_numpy(weights)
