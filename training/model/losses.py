"""What training minimises: a sum of losses, each of one head over the rows that carry its label.

Every loss is a sum over rows divided by a count that the caller gives, so that batches whose
gradients are added up, on one device or several, weigh as one large batch would.

A further loss is a class with the members of :class:`HeadLoss`, and a line in
:data:`training.finetuning.objective.LOSSES` that makes it of a recipe.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from training.data.targets import UNLABELLED, count_labelled
from training.model.configuration_exhubert import ExtendedConfig
from training.model.outputs import ExHubertOutput


class HeadLoss(Protocol):
    """The loss of one head."""

    @property
    def target(self) -> str:
        """What it compares with: one of :data:`training.data.targets.TARGETS`."""

    @property
    def weight(self) -> float:
        """By what the objective multiplies it."""

    def __call__(self, outputs: ExHubertOutput, target: Tensor, count: Tensor) -> Tensor:
        """The loss of a batch, a scalar: zero, with a gradient of zero, if no row is labelled.

        Args:
            outputs: Of the model, for each of the batch's rows.
            target: Of the rows, ``(rows,)`` or ``(rows, dimensions)``, with marks where a row has
                none.
            count: Rows that carry the target in all batches whose gradients are added up, 1 or
                more: ``()``, or ``(dimensions,)`` for ratings. Divides the sum over the rows.
        """


@dataclass(frozen=True)
class ClassLoss:
    """Cross-entropy and its variants for one head of classes.

    With ``q`` the target (one-hot, or shares of raters' votes; smoothed) and ``p`` the softmax of
    the shifted logits, a row costs ``Σ_c w_c · q_c · (1 − p_c)^γ · −log p_c``: cross-entropy for
    γ = 0, else the focal loss of Lin et al., "Focal loss for dense object detection", ICCV 2017.

    What smoothing takes from the true class goes to all classes by their shifted prior. Equal
    shares would push the unshifted logit of a rare class so high that it is predicted for clips
    of every other.

    Against shares it is the cross-entropy of distributions, by which a clip that raters disagree
    about costs least where the model doubts as they do: the soft labels of Fayek, Lech and Cavedon,
    "Modeling subjectiveness in emotion recognition with deep neural networks: ensembles vs soft
    labels", IJCNN 2016.

    Attributes:
        target: The classes, ``labels`` or ``emotion_labels``, or their shares, ``label_shares`` or
            ``emotion_shares``.
        output: The head's output, ``logits`` or ``emotion_logits``.
        weight: By what the objective multiplies the loss.
        shift: Added to the logits in training only ``(classes,)``: ``τ · log prior`` gives the
            logit-adjusted loss of Menon et al., "Long-tail learning via logit adjustment", ICLR
            2021, whose unshifted logits then rank classes as if all were equally frequent.
        class_weights: ``w`` ``(classes,)``; None for equal ones.
        label_smoothing: Share of the target given to all classes, in [0, 1): in proportion to the
            softmax of the shift, so equally where there is none.
        focal_gamma: ``γ`` ≥ 0: how strongly rows that are classified well already are played
            down.
    """

    target: str = "labels"
    output: str = "logits"
    weight: float = 1.0
    shift: Tensor | None = None
    class_weights: Tensor | None = None
    label_smoothing: float = 0.0
    focal_gamma: float = 0.0

    def __call__(self, outputs: ExHubertOutput, target: Tensor, count: Tensor) -> Tensor:
        """The mean over labelled rows; see :class:`HeadLoss`."""
        return self.summed(getattr(outputs, self.output), target) / count

    def summed(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss summed over labelled rows: zero, with a gradient of zero, if there are none.

        Args:
            logits: ``(rows, classes)``.
            labels: ``(rows,)``, :data:`training.data.targets.UNLABELLED` where a row has none; or
                shares ``(rows, classes)``, NaN where a row has none.
        """
        logits = logits.float()
        classes = logits.shape[-1]
        labelled, wanted = _as_shares(labels, classes)
        prior = torch.full((classes,), 1 / classes, device=logits.device)
        if self.shift is not None:
            shift = self.shift.to(logits.device)
            logits, prior = logits + shift, shift.softmax(dim=-1)
        target = (1 - self.label_smoothing) * wanted + self.label_smoothing * prior
        if self.class_weights is not None:
            target = target * self.class_weights.to(logits.device)
        log_p = logits.log_softmax(dim=-1)
        if self.focal_gamma:
            target = target * (1 - log_p.exp()) ** self.focal_gamma
        return -((target * log_p).sum(dim=-1) * labelled).sum()


def _as_shares(labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Which rows are labelled ``(rows,)``, and the share of each class ``(rows, classes)``."""
    if labels.is_floating_point():
        return ~labels.isnan().any(dim=-1), labels.nan_to_num()
    labelled = labels != UNLABELLED
    one_hot = torch.eye(classes, device=labels.device)
    return labelled, one_hot[labels.where(labelled, torch.zeros_like(labels))]


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
class RatingLoss:
    """``1 − CCC``, averaged over the model's dimensions.

    Attributes:
        weight: By what the objective multiplies the loss.
    """

    weight: float = 1.0
    target: str = "rating_labels"

    def __call__(self, outputs: ExHubertOutput, target: Tensor, count: Tensor) -> Tensor:
        """The mean over dimensions; each batch weighs as many rows as it has rated."""
        assert outputs.ratings is not None
        share = count_labelled({self.target: target})[self.target] / count
        return (ccc_losses(outputs.ratings, target) * share).mean()


@dataclass(frozen=True)
class Objective:
    """The losses of all heads, added up by weight.

    Attributes:
        losses: One or more a head that the model has.
    """

    losses: tuple[HeadLoss, ...]

    def __call__(
        self,
        outputs: ExHubertOutput,
        targets: Mapping[str, Tensor],
        counts: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """The loss of a batch, a scalar.

        Args:
            outputs: Of the model.
            targets: Those there are, by the names of :data:`training.data.targets.TARGETS`; one
                that no loss is for is left out.
            counts: Rows with each target in all batches whose gradients are added up, as
                :func:`training.data.targets.count_labelled` counts them; None for this batch alone.

        Raises:
            ValueError: There is no loss for any of the targets.
        """
        counts = counts or count_labelled(targets)
        terms = [
            loss.weight * loss(outputs, targets[loss.target], counts[loss.target].clamp(min=1))
            for loss in self.losses
            if loss.target in targets
        ]
        if not terms:
            raise ValueError(f"no target fits a head: {', '.join(targets) or 'none'} given")
        return torch.stack(terms).sum()


def plain_objective(config: ExtendedConfig) -> Objective:
    """Cross-entropy or ``1 − CCC`` for each head of a model, all of weight 1."""
    losses: list[HeadLoss] = [ClassLoss()] if config.num_labels else []
    if config.emotions:
        losses.append(ClassLoss("emotion_labels", "emotion_logits"))
    if config.dimensions:
        losses.append(RatingLoss())
    return Objective(tuple(losses))


def log_prior(counts: npt.ArrayLike) -> Tensor:
    """Logarithm of the share of each class ``(classes,)``; each is counted one utterance more.

    Args:
        counts: Utterances of each class in an epoch, repeats included, ``(classes,)``.
    """
    smoothed = np.asarray(counts, dtype=np.float64) + 1
    return torch.from_numpy(np.log(smoothed / smoothed.sum())).float()


def balanced_weights(counts: npt.ArrayLike) -> Tensor:
    """Weights ``(classes,)`` inversely proportional to counts; their mean over utterances is 1.

    Args:
        counts: Utterances of each class in an epoch, repeats included, ``(classes,)``. A class
            without any weighs nothing.
    """
    sizes = np.asarray(counts, dtype=np.float64)
    present = sizes > 0
    weights = np.zeros(len(sizes), dtype=np.float32)
    weights[present] = sizes.sum() / (present.sum() * sizes[present])
    return torch.from_numpy(weights)
