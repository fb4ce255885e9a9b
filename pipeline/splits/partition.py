"""Partitions: groups assigned to splits by hashes of their names, alike on any machine.

Either each group by its own hash, or the best of many candidate partitions, whose orders are hashes
of the corpus and the group: nothing else that is built beside a corpus changes its splits.
"""

import hashlib
from collections.abc import Mapping

import numpy as np

from pipeline.schema.record import Split
from pipeline.splits.groups import GroupCounts

FRACTIONS: Mapping[Split, float] = {"train": 0.70, "validation": 0.15, "test": 0.15}
"""Share of the utterances that each split aims at."""

TRAIN_TEST_FRACTIONS: Mapping[Split, float] = {"train": 0.85, "test": 0.15}
"""The same where validation is drawn from the training groups afterwards."""

TRAIN_VALIDATION_FRACTIONS: Mapping[Split, float] = {"train": 0.85, "validation": 0.15}
"""Share of the training groups' utterances that each of the two then gets."""

_CANDIDATES = 400
_HASHES = 60_000  # most hashes worth computing a corpus: fewer candidates where groups are many


def hash_split(seed: str, key: str, fractions: Mapping[Split, float]) -> Split:
    """A split assigned by a hash: always the same for the same seed and key.

    >>> hash_split("emo_db", "emo_db:03", TRAIN_TEST_FRACTIONS)
    'train'
    """
    point = int.from_bytes(_digest(seed, key), "big") / 2**64
    for split, fraction in fractions.items():
        if point < fraction:
            return split
        point -= fraction
    return "train"


def best_partition(
    seed: str, counts: GroupCounts, fractions: Mapping[Split, float]
) -> dict[str, Split]:
    """The candidate partition of the groups with the lowest cost.

    Args:
        seed: Names the sequence of candidates.
        counts: Counts of the whole corpus.
        fractions: Share of the utterances that each split aims at.

    Returns:
        Group → split. A single group is all train; two are train and test.
    """
    groups = sorted(counts)
    if not groups:
        return {}
    small: list[Split] = ["test", "validation"]
    wanted = [split for split in small if split in fractions][: len(groups) - 1]
    categories = sorted({category for counter in counts.values() for category in counter})
    table = np.array([[counts[group][c] for c in categories] for group in groups], dtype=float)
    best: tuple[float, list[Split]] | None = None
    for candidate in range(max(1, min(_CANDIDATES, _HASHES // len(groups)))):
        order = sorted(range(len(groups)), key=lambda i: _digest(f"{seed}:{candidate}", groups[i]))
        partition = _fill_in_order(table.sum(1), order, wanted, fractions)
        cost = partition_cost(table, partition, fractions)
        if best is None or cost < best[0] - 1e-12:
            best = cost, partition
    assert best is not None
    return dict(zip(groups, best[1], strict=True))


def _fill_in_order(
    sizes: np.ndarray, order: list[int], wanted: list[Split], fractions: Mapping[Split, float]
) -> list[Split]:
    """Fills the wanted splits with groups in order, each up to the size nearest to its target."""
    partition: list[Split] = ["train"] * len(order)
    position = 0
    for number, split in enumerate(wanted):
        left = len(wanted) - number - 1  # groups that later splits and train must still get
        target, filled = fractions[split] * sizes.sum(), 0.0
        while position < len(order) - left - 1:
            size = sizes[order[position]]
            if filled and abs(filled + size - target) >= abs(filled - target):
                break
            partition[order[position]] = split
            filled += size
            position += 1
    return partition


def partition_cost(
    table: np.ndarray, partition: list[Split], fractions: Mapping[Split, float]
) -> float:
    """Cost of a partition: L1 distance of sizes and class proportions from the targets.

    Args:
        table: Utterances ``(groups, classes)``.
        partition: Split of each group.
        fractions: Share of the utterances that each split aims at.
    """
    total = table.sum()
    overall = table.sum(0) / total
    cost = 0.0
    for split, fraction in fractions.items():
        counts = table[[part == split for part in partition]].sum(0)
        size = counts.sum()
        cost += abs(size / total - fraction)
        cost += float(np.abs(counts / size - overall).sum()) if size else 2.0
    return cost


def _digest(seed: str, key: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{key}".encode(), digest_size=8).digest()
