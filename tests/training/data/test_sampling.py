from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data.sampling import (
    Draw,
    EpochBatches,
    FixedBatches,
    Mixture,
    bucket,
    cell_counts,
    epoch_plan,
    mixture_rates,
)

rows = st.lists(
    st.tuples(st.sampled_from(["alpha", "beta", "gamma"]), st.integers(0, 5)),
    min_size=1,
    max_size=80,
)
mixtures = st.builds(
    Mixture,
    temperature=st.floats(1, 10),
    corpus_cap=st.none() | st.integers(1, 50),
    class_balance=st.floats(0, 1),
    max_repeats=st.integers(1, 5),
    epoch_size=st.none() | st.integers(1, 200),
)


def as_index(cells: list[tuple[str, int]]) -> pd.DataFrame:
    index = pd.DataFrame(cells, columns=["corpus", "label"])
    index["group"] = np.arange(len(index)) // 7
    index["group_bytes"] = 1_000 + index["group"]
    return index


def unbalanced() -> pd.DataFrame:
    return as_index([("alpha", 0)] * 60 + [("alpha", 3)] * 12 + [("beta", 5)] * 8)


@settings(deadline=None, max_examples=50)
@given(rows, st.integers(0, 5), st.integers(0, 50))
def test_without_a_mixture_every_utterance_comes_once_an_epoch(cells, seed, epoch) -> None:
    plan = epoch_plan(as_index(cells), Mixture(), seed, epoch)
    assert sorted(draw.row for draw in plan) == list(range(len(cells)))
    assert {draw.copy for draw in plan} == {0}


@settings(deadline=None, max_examples=50)
@given(rows, mixtures, st.integers(0, 5), st.integers(0, 20))
def test_plan_is_a_function_of_seed_and_epoch(cells, mixture, seed, epoch) -> None:
    index = as_index(cells)
    plan = epoch_plan(index, mixture, seed, epoch)
    assert plan == epoch_plan(index.copy(), mixture, seed, epoch)
    assert len(plan) == cell_counts(index, mixture).sum()
    assert len(set(plan)) == len(plan)


@settings(deadline=None, max_examples=50)
@given(rows, mixtures, st.integers(1, 6))
def test_utterances_of_a_cell_take_turns(cells, mixture, epochs) -> None:
    index = as_index(cells)
    seen = Counter(
        draw.row for epoch in range(epochs) for draw in epoch_plan(index, mixture, 0, epoch)
    )
    for _, part in index.groupby(["corpus", "label"]):
        times = [seen[row] for row in part.index]
        assert max(times) - min(times) <= 1


def test_every_utterance_comes_within_the_epochs_its_cell_needs() -> None:
    index = unbalanced()
    mixture = Mixture(class_balance=1.0)
    count = cell_counts(index, mixture)["alpha", 0]
    epochs = -(-60 // count)
    seen = {draw.row for epoch in range(epochs) for draw in epoch_plan(index, mixture, 0, epoch)}
    assert seen == set(range(len(index)))


def test_epochs_and_seeds_differ() -> None:
    index = unbalanced()
    plans = {
        tuple(draw.row for draw in epoch_plan(index, Mixture(), seed, epoch))
        for seed in range(3)
        for epoch in range(3)
    }
    assert len(plans) == 9


def test_class_balance_makes_the_classes_of_a_corpus_equal() -> None:
    counts = cell_counts(unbalanced(), Mixture(class_balance=1.0))
    assert counts["alpha", 0] == counts["alpha", 3] == 36


def test_repeats_are_bounded() -> None:
    index = as_index([("alpha", 0)] * 100 + [("alpha", 1)])
    assert cell_counts(index, Mixture(class_balance=1.0, max_repeats=3))["alpha", 1] == 3


def test_temperature_and_cap_shrink_large_corpora() -> None:
    assert mixture_rates([900, 100], 1).tolist() == pytest.approx([0.9, 0.1])
    assert mixture_rates([900, 100], 2).tolist() == pytest.approx([0.75, 0.25])
    assert mixture_rates([900, 100], 1, cap=100).tolist() == pytest.approx([0.5, 0.5])


@settings(deadline=None, max_examples=50)
@given(rows, st.integers(1, 9), st.integers(0, 9), st.integers(1, 4))
def test_batches_hold_the_plan_and_their_number_never_changes(cells, size, epoch, pool) -> None:
    index = as_index(cells)
    plan = epoch_plan(index, Mixture(), 0, epoch)
    durations = np.linspace(0.5, 3, len(index))
    groups, sizes = index["group"].to_numpy(), index["group_bytes"].to_numpy()
    batches = bucket(plan, durations, groups, sizes, size, 0, pool_bytes=1_000 * pool)
    assert sorted(draw for batch in batches for draw in batch) == sorted(plan)
    assert len(batches) == -(-len(plan) // size)
    assert sum(len(batch) < size for batch in batches) <= 1


def padding_share(batches: Sequence[Sequence[Draw]], durations: np.ndarray) -> float:
    """Share of the seconds in padded batches that is padding, in [0, 1)."""
    padded = sum(len(batch) * max(durations[draw.row] for draw in batch) for batch in batches)
    filled = sum(durations[draw.row] for batch in batches for draw in batch)
    return float(1 - filled / padded) if padded else 0.0


def test_buckets_leave_little_padding() -> None:
    rng = np.random.default_rng(0)
    durations = rng.uniform(0.5, 8, 400)
    draws = [Draw(row) for row in range(400)]
    mixed = [draws[start : start + 8] for start in range(0, 400, 8)]
    bucketed = bucket(draws, durations, np.arange(400) // 100, np.ones(400), 8, 0)
    assert padding_share(mixed, durations) > 0.3
    assert padding_share(bucketed, durations) < 0.05


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.integers(1, 900), st.integers(0))
def test_row_groups_read_at_a_time_are_no_larger_than_a_pool_and_one_more(
    sizes: list[int], pool_bytes: int, seed: int
) -> None:
    groups = np.repeat(np.arange(len(sizes)), 10)
    index = as_index([("alpha", 0)] * len(groups))
    draws = epoch_plan(index, Mixture(), 0, 0)
    batches = bucket(
        draws, np.ones(len(groups)), groups, np.array(sizes)[groups], 10, seed, pool_bytes
    )
    order = [groups[draw.row] for batch in batches for draw in batch]
    first = {group: order.index(group) for group in order}
    last = {group: len(order) - 1 - order[::-1].index(group) for group in order}
    for place in range(0, len(order), 10):
        at_once = [group for group in first if first[group] <= place <= last[group]]
        assert sum(sizes[group] for group in at_once) <= 2 * (pool_bytes + max(sizes))


def test_batch_sampler_repeats_an_epoch_and_varies_between_epochs() -> None:
    index = unbalanced()
    sampler = EpochBatches(index, np.ones(len(index)), Mixture(class_balance=0.5), 8, seed=1)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    sampler.set_epoch(0)
    assert list(sampler) == first != second
    assert len(first) == len(second) == len(sampler)


def test_evaluation_batches_hold_every_row_once() -> None:
    index = unbalanced()
    sampler = FixedBatches(index, np.ones(len(index)), 7)
    assert sorted(row for batch in sampler for row in batch) == list(range(len(index)))
    assert list(sampler) == list(sampler)
