"""Which utterances an epoch holds and how they are batched: pure functions of seed and epoch.

Two steps decide how often an utterance is seen. Corpora mix with ``p ∝ min(size, cap)^(1/T)``
(temperature sampling as in T5's mixtures): T = 1 keeps their sizes, a large T makes them equal.
Within a corpus classes mix with ``p ∝ size^(1 − balance)``: 0 keeps their sizes, 1 makes them
equal. Each (corpus, class) cell then deals its utterances like a deck of cards, reshuffled only
when it is used up, so that no utterance comes a second time before all others of its cell came.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]

POOL_BYTES = 192 * 2**20
"""Row groups read at a time: memory of each worker against randomness. About 3,500 clips of 3 s."""


class Draw(NamedTuple):
    """One appearance of an utterance in an epoch.

    Attributes:
        row: Position of the utterance in the index.
        epoch: The epoch it appears in.
        copy: 0 for its first appearance in the epoch, 1 for the second, …
    """

    row: int
    epoch: int = 0
    copy: int = 0


@dataclass(frozen=True)
class Mixture:
    """How corpora and classes mix.

    Attributes:
        temperature: T ≥ 1 of the corpora's mixture.
        corpus_cap: A corpus counts as at most this many utterances; ``None`` for no cap.
        class_balance: In [0, 1]: 0 keeps each corpus's class sizes, 1 makes its classes equal.
        max_repeats: At most this often one utterance appears in an epoch, on average of its cell.
        epoch_size: Utterances an epoch aims at; ``None`` for as many as there are.
    """

    temperature: float = 1.0
    corpus_cap: int | None = None
    class_balance: float = 0.0
    max_repeats: int = 5
    epoch_size: int | None = None


def mixture_rates(sizes: Sequence[int], temperature: float, cap: int | None = None) -> Floats:
    """Share of each part of a mixture, ``min(size, cap)^(1/T)`` normalised to sum 1.

    Source: Raffel et al., T5 (JMLR 2020), section 3.5.2.
    """
    capped = np.asarray(sizes, dtype=float)
    if cap is not None:
        capped = np.minimum(capped, cap)
    rates = capped ** (1 / temperature)
    shares: Floats = rates / rates.sum()
    return shares


def cell_counts(index: pd.DataFrame, mixture: Mixture) -> "pd.Series[int]":
    """How many utterances each (corpus, label) cell gives to an epoch, the same in every epoch.

    Every cell gives at least one. With the mixture's defaults each cell gives all it has.

    Args:
        index: One row an utterance, with columns ``corpus`` and ``label`` (no nulls).
        mixture: How corpora and classes mix.
    """
    sizes = index.groupby(["corpus", "label"], sort=True).size()
    corpora = sizes.groupby(level="corpus", sort=True)
    corpus_rates = mixture_rates(corpora.sum().tolist(), mixture.temperature, mixture.corpus_cap)
    class_rates = corpora.transform(
        lambda classes: (
            classes ** (1 - mixture.class_balance) / (classes ** (1 - mixture.class_balance)).sum()
        )
    )
    of_corpus = dict(zip(corpora.sum().index, corpus_rates, strict=True))
    rates = class_rates * sizes.index.get_level_values("corpus").map(of_corpus)
    wanted = (rates * (mixture.epoch_size or len(index))).round()
    return wanted.clip(lower=1, upper=sizes * mixture.max_repeats).astype(int)


def expected_repeats(index: pd.DataFrame, mixture: Mixture) -> Floats:
    """How often each row comes in an epoch, on average over the epochs, ``(rows,)``."""
    cells = pd.MultiIndex.from_frame(index[["corpus", "label"]])
    sizes = index.groupby(["corpus", "label"]).size()
    repeats: Floats = (cell_counts(index, mixture) / sizes).loc[cells].to_numpy(dtype=np.float64)
    return repeats


def epoch_plan(index: pd.DataFrame, mixture: Mixture, seed: int, epoch: int) -> list[Draw]:
    """The utterances of one epoch, cell by cell: a function of the arguments only.

    Over the epochs each cell deals from one endless row of shuffled decks, epoch ``e`` taking
    the ``e``-th slice: between any two utterances of a cell the number of appearances so far
    differs by at most one.

    Args:
        index: Rows to draw from, with the columns ``corpus`` and ``label``.
        mixture: How corpora and classes mix.
        seed: What the decks are shuffled by.
        epoch: Which epoch, from 0.
    """
    draws: list[Draw] = []
    rows_of = index.reset_index(drop=True).groupby(["corpus", "label"], sort=True).indices
    for cell_number, (cell, count) in enumerate(cell_counts(index, mixture).items()):
        rows = np.asarray(rows_of[cell])
        seen: dict[int, int] = {}
        for card in range(epoch * count, (epoch + 1) * count):
            deck, place = divmod(card, len(rows))
            if place == 0 or card == epoch * count:
                order = np.random.default_rng((seed, cell_number, deck)).permutation(len(rows))
            row = int(rows[order[place]])
            draws.append(Draw(row, epoch, seen.get(row, 0)))
            seen[row] = seen.get(row, 0) + 1
    return draws


def bucket(
    draws: Sequence[Draw],
    durations: Floats,
    groups: Integers,
    group_bytes: Integers,
    batch_size: int,
    seed: int,
    pool_bytes: int = POOL_BYTES,
) -> list[list[Draw]]:
    """Cuts an epoch into batches of similar duration: little padding, few row groups open.

    Row groups are shuffled and pooled; within a pool utterances are sorted by duration (ties in
    random order), cut into batches, and the batches shuffled. At most one batch of
    the epoch is smaller, so the number of batches is ``ceil(draws / batch_size)`` in every epoch.

    Args:
        draws: The utterances of the epoch.
        durations: Seconds the model sees of each row of the index.
        groups: Number of the row group that holds each row of the index.
        group_bytes: Size of that row group.
        batch_size: Utterances a batch.
        seed: Seed of the order; the draws' epoch is added to it.
        pool_bytes: Size of a pool, which ends with the row group that reaches it.
    """
    if not draws:
        return []
    rng = np.random.default_rng((seed, draws[0].epoch, 1))
    rows = np.array([draw.row for draw in draws])
    pool_of = _pools(groups[rows], group_bytes[rows], pool_bytes, rng)
    order = np.lexsort((rng.random(len(rows)), durations[rows], pool_of))
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    shuffled = [batches[place] for place in _shuffle_within(pool_of, batches, rng)]
    return [[draws[place] for place in batch] for batch in shuffled]


def _pools(
    groups: Integers, group_bytes: Integers, pool_bytes: int, rng: np.random.Generator
) -> Integers:
    """The pool of each row, given its row group and the size of that."""
    _, first, group_of = np.unique(groups, return_index=True, return_inverse=True)
    order = rng.permutation(len(first))
    sizes = group_bytes[first[order]]
    pools = np.empty(len(first), dtype=np.int64)
    pools[order] = (np.cumsum(sizes) - sizes) // pool_bytes
    return pools[group_of]


def _shuffle_within(
    pool_of: Integers, batches: Sequence[Integers], rng: np.random.Generator
) -> Integers:
    """An order of the batches that is random within each pool and keeps the pools in line.

    A batch that reaches into the next pool is the last of its own: whatever it opens stays in use.
    """
    first, last = (np.array([pool_of[batch[end]] for batch in batches]) for end in (0, -1))
    order: Integers = np.lexsort((rng.random(len(batches)), last, first))
    return order


def _groups_of(index: pd.DataFrame) -> tuple[Integers, Integers]:
    """Number and size of the row group of each row."""
    return index["group"].to_numpy(), index["group_bytes"].to_numpy()


class EpochBatches:
    """The batch sampler of a training run: ``set_epoch`` picks the epoch, iteration plans it.

    It holds no random state: after an interruption the same epoch gives the same batches.
    """

    def __init__(
        self,
        index: pd.DataFrame,
        durations: Floats,
        mixture: Mixture,
        batch_size: int,
        seed: int,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        """Prepares the batches of process ``rank`` of ``world``.

        Several processes take one epoch's batches in turn. Where the epoch has no multiple of
        ``world`` batches, its first ones come again at its end.
        """
        self.index = index
        self.durations = durations
        self.mixture = mixture
        self.batch_size = batch_size
        self.seed = seed
        self.rank = rank
        self.world = world
        self.epoch = 0
        self.drop_last = False
        self._draws = int(cell_counts(index, mixture).sum())
        self._planned: tuple[int, list[list[Draw]]] = (-1, [])

    def set_epoch(self, epoch: int) -> None:
        """Chooses the epoch that the next iteration gives."""
        self.epoch = epoch

    def __len__(self) -> int:
        return math.ceil(math.ceil(self._draws / self.batch_size) / self.world)

    def __iter__(self) -> Iterator[list[Draw]]:
        yield from self.of_all_processes(self.epoch)[self.rank :: self.world]

    def of_all_processes(self, epoch: int) -> list[list[Draw]]:
        """The batches of an epoch: process ``r`` takes every ``world``-th from the ``r``-th on."""
        if self._planned[0] != epoch:
            draws = epoch_plan(self.index, self.mixture, self.seed, epoch)
            groups = _groups_of(self.index)
            batches = bucket(draws, self.durations, *groups, self.batch_size, self.seed)
            wanted = len(self) * self.world
            self._planned = epoch, [batches[turn % len(batches)] for turn in range(wanted)]
        return self._planned[1]


class FixedBatches:
    """A batch sampler that gives the same rows in the same batches every time: for evaluation."""

    def __init__(self, index: pd.DataFrame, durations: Floats, batch_size: int) -> None:
        draws = [Draw(row) for row in range(len(index))]
        batches = bucket(draws, durations, *_groups_of(index), batch_size, seed=0)
        self.rows = [[draw.row for draw in batch] for batch in batches]
        self.batch_size = batch_size
        self.drop_last = False

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self.rows)
