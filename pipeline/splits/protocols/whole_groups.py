"""Groups (speakers) assigned whole to bins (test parts) of wanted sizes."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Clips = npt.NDArray[np.float64]

_MOST_EXCHANGED = 100  # groups of which pairs are exchanged, too


def assign_whole(
    groups: "pd.Series[str]", classes: "pd.Series[str]", wanted: Sequence[float], seed: int = 0
) -> dict[str, int]:
    """Assigns whole groups to bins, as near to wanted sizes and equal class shares as it can.

    The cost is Σ (clips of a class − wanted clips of it)² over all bins and classes. Groups go, the
    largest first and equal ones in an order drawn by the seed, each to the bin where the cost grows
    least; no bin stays empty. Then groups are moved, and pairs of them exchanged, as long as that
    makes the cost smaller.

    Args:
        groups: Group of each clip ``(clips,)``, none missing.
        classes: Class of each clip ``(clips,)``.
        wanted: Clips that each bin aims at; their sum is that of all clips.
        seed: Seed of the order of equal groups.

    Returns:
        Group → number of its bin.

    Raises:
        ValueError: There are fewer groups than bins.
    """
    table = pd.crosstab(groups, classes)
    if len(table) < len(wanted):
        raise ValueError(f"{len(table)} groups for {len(wanted)} bins")
    counts = table.to_numpy(dtype=np.float64)
    names = [str(name) for name in table.index]
    target = np.outer(np.asarray(wanted, dtype=np.float64), counts.sum(axis=0) / counts.sum())
    draws = [hashlib.blake2b(f"{seed}\0{name}".encode()).digest() for name in names]
    bins = _Bins(counts, target)
    bins.fill(sorted(range(len(names)), key=lambda group: (-counts[group].sum(), draws[group])))
    bins.improve()
    return dict(zip(names, bins.bin_of, strict=True))


class _Bins:
    """Bins that are filled with groups.

    Attributes:
        bin_of: Bin of each group; −1 for none yet.
    """

    def __init__(self, counts: Clips, target: Clips) -> None:
        """Empty bins, of group counts ``(groups, classes)`` and targets ``(bins, classes)``."""
        self._counts, self._target = counts, target
        self._filled = np.zeros_like(target)
        self.bin_of = [-1] * len(counts)

    def fill(self, order: Sequence[int]) -> None:
        """Puts each group where the cost grows least, or into an empty bin while groups last."""
        for filled, group in enumerate(order):
            empty = sorted(set(range(len(self._target))) - set(self.bin_of))
            must = len(empty) == len(order) - filled
            best = min(
                empty if must else range(len(self._target)),
                key=lambda number: self._growth({number: self._counts[group]}),
            )
            self._filled[best] += self._counts[group]
            self.bin_of[group] = best

    def improve(self) -> None:
        """Moves groups and exchanges pairs as long as the cost becomes smaller."""
        groups = range(len(self._counts))
        exchanges = len(groups) <= _MOST_EXCHANGED
        improved = True
        while improved:
            improved = False
            for group in groups:
                improved |= self._move(group)
                improved |= exchanges and self._exchange(group, range(group))

    def _move(self, group: int) -> bool:
        """Moves a group to the first bin that lowers the cost; whether there was one."""
        own = self.bin_of[group]
        if self.bin_of.count(own) == 1:
            return False
        clips = self._counts[group]
        return any(
            self._change({own: -clips, other: clips}, {group: other})
            for other in range(len(self._target))
            if other != own
        )

    def _exchange(self, group: int, others: Iterable[int]) -> bool:
        """Exchanges a group with the first one where that lowers the cost; whether it did."""
        for other in others:
            one, two = self.bin_of[group], self.bin_of[other]
            clips = self._counts[group] - self._counts[other]
            if one != two and self._change({one: -clips, two: clips}, {group: two, other: one}):
                return True
        return False

    def _change(self, clips: dict[int, Clips], bin_of: dict[int, int]) -> bool:
        """Adds clips to bins and notes the bins of groups, if that lowers the cost."""
        if self._growth(clips) >= -1e-6:
            return False
        for number, more in clips.items():
            self._filled[number] += more
        for group, number in bin_of.items():
            self.bin_of[group] = number
        return True

    def _growth(self, clips: dict[int, Clips]) -> float:
        """Growth of the cost with more clips in some bins."""
        return sum(
            float(np.square(self._filled[number] + more - self._target[number]).sum())
            - float(np.square(self._filled[number] - self._target[number]).sum())
            for number, more in clips.items()
        )
