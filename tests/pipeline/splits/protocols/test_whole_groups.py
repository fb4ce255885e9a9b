import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.splits.protocols.whole_groups import assign_whole


def clips(sizes: list[int]) -> tuple["pd.Series[str]", "pd.Series[str]"]:
    """So many clips of each speaker, of two classes in turn."""
    groups = pd.Series([f"s{n}" for n, size in enumerate(sizes) for _ in range(size)], dtype=object)
    classes = pd.Series(["ab"[n % 2] for n in range(len(groups))], dtype=object)
    return groups, classes


@given(st.lists(st.integers(1, 30), min_size=4, max_size=12), st.integers(2, 4))
def test_every_group_has_one_bin_and_none_is_empty(sizes: list[int], k: int) -> None:
    groups, classes = clips(sizes)
    assigned = assign_whole(groups, classes, [len(groups) / k] * k)
    assert assigned.keys() == set(groups)
    assert set(assigned.values()) == set(range(k))


@given(st.lists(st.integers(1, 30), min_size=3, max_size=10), st.randoms())
def test_the_order_of_clips_changes_nothing(sizes: list[int], random: object) -> None:
    groups, classes = clips(sizes)
    order = np.random.default_rng(len(sizes)).permutation(len(groups))
    wanted = [len(groups) * 0.25, len(groups) * 0.75]
    shuffled = groups.iloc[order].reset_index(drop=True), classes.iloc[order].reset_index(drop=True)
    assert assign_whole(groups, classes, wanted) == assign_whole(*shuffled, wanted)


def test_sizes_are_those_wanted_where_groups_allow_it() -> None:
    groups, classes = clips([50, 30, 20, 40, 10, 50])
    assigned = assign_whole(groups, classes, [100, 100])
    sizes = groups.map(assigned).value_counts()
    assert sorted(sizes) == [100, 100]


def test_classes_are_shared_out_alike() -> None:
    groups = pd.Series([f"s{n}" for n in range(8) for _ in range(10)], dtype=object)
    classes = pd.Series(["a" if n < 4 else "b" for n in range(8) for _ in range(10)], dtype=object)
    bins = groups.map(assign_whole(groups, classes, [40, 40]))
    assert pd.crosstab(bins, classes).to_numpy().tolist() == [[20, 20], [20, 20]]


def test_another_seed_is_another_draw() -> None:
    groups, classes = clips([10] * 20)
    draws = [assign_whole(groups, classes, [50] * 4, seed) for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_fewer_groups_than_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="2 groups for 3 bins"):
        assign_whole(*clips([3, 4]), [3, 2, 2])
