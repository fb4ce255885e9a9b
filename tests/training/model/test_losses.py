import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from exhubert import ExHubertConfig
from training.data.targets import UNLABELLED, count_labelled
from training.metrics.scores import ccc
from training.model.losses import (
    ClassLoss,
    Objective,
    RatingLoss,
    balanced_weights,
    ccc_losses,
    log_prior,
    plain_objective,
)
from training.model.outputs import ExHubertOutput

NAN = float("nan")
SEEDS = st.integers(0, 2**16)


def make_rows(seed: int, rows: int = 12) -> tuple[ExHubertOutput, dict[str, torch.Tensor]]:
    """Outputs of three heads, and targets of which about half are missing."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator)

    def some(values: torch.Tensor, missing: float) -> torch.Tensor:
        return values.where(random(*values.shape) < 0.5, torch.full_like(values, missing))

    outputs = ExHubertOutput(
        logits=(4 * random(rows, 6)).requires_grad_(),
        emotion_logits=(4 * random(rows, 9)).requires_grad_(),
        ratings=random(rows, 3).requires_grad_(),
    )
    targets = {
        "labels": some((6 * random(rows)).long(), UNLABELLED),
        "emotion_labels": some((9 * random(rows)).long(), UNLABELLED),
        "rating_labels": some(random(rows, 3), NAN),
    }
    return outputs, targets


def make_objective(
    weights: tuple[float, float, float] = (1, 1, 1), focal_gamma: float = 0.0
) -> Objective:
    """Losses of all three heads."""
    label, emotion, rating = weights
    return Objective(
        (
            ClassLoss(weight=label, focal_gamma=focal_gamma),
            ClassLoss("emotion_labels", "emotion_logits", emotion, focal_gamma=focal_gamma),
            RatingLoss(rating),
        )
    )


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.floats(0, 0.5), st.booleans(), st.sampled_from([0.0, 1e-9]))
def test_loss_without_shift_and_focus_is_the_cross_entropy(
    seed: int, smoothing: float, weighted: bool, gamma: float
) -> None:
    outputs, targets = make_rows(seed)
    weights = torch.arange(1.0, 7.0) if weighted else None
    loss = ClassLoss(class_weights=weights, label_smoothing=smoothing, focal_gamma=gamma)
    expected = functional.cross_entropy(
        outputs.logits,
        targets["labels"],
        weight=weights,
        ignore_index=UNLABELLED,
        label_smoothing=smoothing,
        reduction="sum",
    )
    torch.testing.assert_close(loss.summed(outputs.logits, targets["labels"]), expected)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.integers(0, 5000), min_size=6, max_size=6),
    st.integers(0, 5),
    st.floats(0.01, 0.5),
    st.floats(0.5, 1.5),
)
def test_smoothed_and_adjusted_loss_is_least_where_no_other_class_is_preferred(
    counts: list[int], label: int, smoothing: float, strength: float
) -> None:
    shift = strength * log_prior(counts)
    loss = ClassLoss(shift=shift, label_smoothing=smoothing)
    sure = torch.eye(6)[label] * (1 - smoothing) / shift.softmax(0) + smoothing
    logits = sure.log()[None].requires_grad_()  # all other classes alike, whatever their priors
    loss.summed(logits, torch.tensor([label])).backward()
    torch.testing.assert_close(logits.grad, torch.zeros(1, 6), atol=1e-5, rtol=0)


def test_focal_loss_is_the_formula() -> None:
    logits, labels = torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 0])
    p = logits.softmax(-1)[:, 0]
    expected = -((1 - p) ** 2 * p.log()).sum()
    torch.testing.assert_close(ClassLoss(focal_gamma=2.0).summed(logits, labels), expected)


def test_logit_adjustment_adds_the_log_prior_of_each_class() -> None:
    logits, labels = torch.randn(8, 3), torch.arange(8) % 3
    prior = torch.tensor([0.7, 0.2, 0.1])
    expected = functional.cross_entropy(logits + prior.log(), labels, reduction="sum")
    torch.testing.assert_close(ClassLoss(shift=prior.log()).summed(logits, labels), expected)


def test_logit_adjustment_finds_the_rule_for_equally_frequent_classes() -> None:
    # One feature says nothing: every clip looks alike. Trained plainly, the frequent class wins;
    # adjusted, both classes score the same.
    labels = torch.tensor([0] * 9 + [1])
    found = {}
    for tau in (0.0, 1.0):
        bias = torch.zeros(2, requires_grad=True)
        loss = ClassLoss(shift=tau * torch.tensor([0.9, 0.1]).log())
        optimizer = torch.optim.LBFGS([bias], max_iter=100)

        def step(
            bias: torch.Tensor = bias,
            loss: ClassLoss = loss,
            optimizer: torch.optim.Optimizer = optimizer,
        ) -> torch.Tensor:
            optimizer.zero_grad()
            total = loss.summed(bias.expand(10, 2), labels)
            total.backward()
            return total

        optimizer.step(step)
        found[tau] = (bias[0] - bias[1]).item()
    assert found[0.0] == pytest.approx(np.log(9), abs=1e-2)
    assert found[1.0] == pytest.approx(0, abs=1e-2)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_ccc_loss_is_one_minus_the_metric_over_rated_rows(seed: int) -> None:
    outputs, targets = make_rows(seed)
    losses = ccc_losses(outputs.ratings, targets["rating_labels"])
    for place, loss in enumerate(losses):
        reference = targets["rating_labels"][:, place]
        rated = ~reference.isnan()
        if rated.sum() < 2:
            assert loss == 0
            continue
        predicted = outputs.ratings[rated, place].detach().numpy()
        expected = 1 - ccc(reference[rated].numpy(), predicted)
        assert loss.item() == pytest.approx(expected, abs=1e-4)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_rows_without_a_label_move_nothing(seed: int) -> None:
    outputs, targets = make_rows(seed)
    make_objective()(outputs, targets).backward()
    for values, target in (
        (outputs.logits, targets["labels"]),
        (outputs.emotion_logits, targets["emotion_labels"]),
    ):
        assert values.grad.isfinite().all()
        assert not values.grad[target == UNLABELLED].any()
    assert outputs.ratings.grad.isfinite().all()
    assert not outputs.ratings.grad[targets["rating_labels"].isnan()].any()


def test_batch_without_labels_costs_nothing_but_reaches_every_weight() -> None:
    outputs, targets = make_rows(0)
    missing = {
        "labels": torch.full_like(targets["labels"], UNLABELLED),
        "emotion_labels": torch.full_like(targets["emotion_labels"], UNLABELLED),
        "rating_labels": torch.full_like(targets["rating_labels"], NAN),
    }
    missing["rating_labels"][0] = 0.5  # one rated row: no concordance
    for gamma in (0.0, 2.0):
        total = make_objective(focal_gamma=gamma)(outputs, missing)
        total.backward()
        assert total.item() == 0
        for values in (outputs.logits, outputs.emotion_logits, outputs.ratings):
            assert not values.grad.any()


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.integers(1, 11))
def test_class_losses_of_accumulated_batches_add_up_to_that_of_one(seed: int, cut: int) -> None:
    outputs, targets = make_rows(seed)
    del targets["rating_labels"]
    label = ClassLoss(shift=torch.rand(6), class_weights=torch.rand(6), label_smoothing=0.1)
    objective = Objective((label, ClassLoss("emotion_labels", "emotion_logits", weight=0.3)))
    counts = count_labelled(targets)
    parts = [
        objective(
            ExHubertOutput(
                logits=outputs.logits[part], emotion_logits=outputs.emotion_logits[part]
            ),
            {name: target[part] for name, target in targets.items()},
            counts,
        )
        for part in (slice(0, cut), slice(cut, None))
    ]
    torch.testing.assert_close(objective(outputs, targets), sum(parts))


def test_weights_scale_each_heads_loss() -> None:
    outputs, targets = make_rows(1)
    alone = [
        make_objective(weights)(outputs, targets) for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    ]
    both = make_objective((1, 0.5, 2))(outputs, targets)
    torch.testing.assert_close(both, alone[0] + 0.5 * alone[1] + 2 * alone[2])


def test_targets_that_fit_no_head_are_an_error() -> None:
    outputs, targets = make_rows(0)
    alone = ExHubertOutput(logits=outputs.logits)
    with pytest.raises(ValueError, match="no target fits a head: emotion_labels given"):
        Objective((ClassLoss(),))(alone, {"emotion_labels": targets["emotion_labels"]})


def test_priors_are_shares_and_an_unseen_class_has_one_too() -> None:
    prior = log_prior([97, 0]).exp()
    assert prior.sum() == pytest.approx(1)
    assert prior[1] == pytest.approx(1 / 99)


def test_balanced_weights_make_every_class_weigh_the_same() -> None:
    assert balanced_weights([6, 0, 2]).tolist() == pytest.approx([8 / 12, 0, 2])


def test_plain_objective_has_a_loss_for_each_head_that_the_model_has() -> None:
    targets = [
        [loss.target for loss in plain_objective(ExHubertConfig(**heads)).losses]
        for heads in ({}, {"emotions": ["joy", "fear"]}, {"dimensions": ["arousal"]})
    ]
    assert targets == [["labels"], ["labels", "emotion_labels"], ["labels", "rating_labels"]]


def test_shares_that_are_sure_cost_as_their_labels() -> None:
    logits = torch.randn(5, 3)
    labels = torch.tensor([0, 1, 2, UNLABELLED, 1])
    shares = torch.eye(3)[labels.clamp(min=0)]
    shares[3] = torch.nan
    loss = ClassLoss(shift=torch.rand(3), label_smoothing=0.1, focal_gamma=1.0)
    torch.testing.assert_close(loss.summed(logits, shares), loss.summed(logits, labels))
    targets = {"label_shares": shares, "labels": labels}
    counts = count_labelled(targets)
    assert counts["label_shares"] == counts["labels"] == 4


def test_the_cross_entropy_of_shares_is_least_where_the_model_doubts_as_raters_do() -> None:
    shares = torch.tensor([[0.6, 0.3, 0.1]])
    loss = ClassLoss(target="label_shares")
    alike, sure = (loss.summed(logits, shares) for logits in (shares.log(), 10 * torch.eye(3)[:1]))
    torch.testing.assert_close(alike, -(shares * shares.log()).sum())
    assert alike < sure
