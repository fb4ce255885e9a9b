"""Splits: train, validation and test, with speakers (or what the spec names) kept apart.

Official partitions are read from the corpus. Otherwise whole groups are assigned, about 70/15/15
by utterances: among seeded candidate partitions the one whose sizes and class proportions are
closest to the whole corpus is taken. Candidates are ordered by a hash of the corpus and the group
alone, so a corpus is split alike on any machine and whatever else is built beside it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import numpy as np

from pipeline.schema.record import Split
from pipeline.schema.utterance import Utterance, rejected
from pipeline.specs.corpus_spec import CorpusSpec

FRACTIONS: Mapping[Split, float] = {"train": 0.70, "validation": 0.15, "test": 0.15}
"""Share of the utterances that each split aims at."""

TRAIN_TEST_FRACTIONS: Mapping[Split, float] = {"train": 0.85, "test": 0.15}
"""The same where validation is drawn from the training groups afterwards."""

GroupCounts = Mapping[str, Counter[str]]
"""Group → native label → number of utterances."""

_CANDIDATES = 400
_HASHES = 60_000  # most hashes worth computing a corpus: fewer candidates where groups are many


def count_groups(utterances: Iterable[Utterance]) -> dict[str, Counter[str]]:
    """Utterances of every group by native label: all that assigning splits needs to know.

    Native, so that a changed label map moves no speaker to another split.
    """
    counts: dict[str, Counter[str]] = {}
    for utterance in utterances:
        if utterance.group is not None and utterance.dropped is None:
            counts.setdefault(utterance.group, Counter())[utterance.label_native or ""] += 1
    return counts


def merge_counts(parts: Iterable[GroupCounts]) -> dict[str, Counter[str]]:
    """Sum of group counts."""
    total: dict[str, Counter[str]] = {}
    for part in parts:
        for group, counter in part.items():
            total.setdefault(group, Counter()).update(counter)
    return total


def assign_groups(spec: CorpusSpec, counts: GroupCounts) -> dict[str, Split]:
    """Assigns every group of a corpus to a split.

    Args:
        spec: The corpus; its ``splits`` is the policy.
        counts: As :func:`count_groups` gives them, of the whole corpus.

    Returns:
        Group → split. Official parts that the spec does not name are left out. A single group is
        all train; two are train and test.
    """
    if spec.splits.by == "official":
        named = {group: _official(spec, group) for group in counts}
        return {group: split for group, split in named.items() if split}
    fractions = TRAIN_TEST_FRACTIONS if spec.splits.validation_by else FRACTIONS
    if spec.namespace:  # shared with other corpora: each speaker's split must not depend on counts
        seed = f"{spec.namespace}:{spec.splits.seed}"
        return {group: _hash_split(seed, group, fractions) for group in counts}
    return _best_partition(f"{spec.id}:{spec.splits.seed}", counts, fractions)


def split_utterance(
    utterance: Utterance, spec: CorpusSpec, splits: Mapping[str, Split]
) -> Utterance:
    """Gives an utterance its split.

    Utterances without a group (an unknown speaker) are split by their text, or one by one where
    that is unknown too or the policy says so. Validation inside the training speakers, where the
    spec asks for it, is drawn the same way.

    Args:
        utterance: Labelled.
        spec: The corpus.
        splits: As :func:`assign_groups` gives them.
    """
    if utterance.dropped is not None:
        return utterance
    if utterance.group is None and spec.splits.by != "official":
        by_text = spec.splits.by != "utterance"
        return utterance._replace(split=_split_single(utterance, spec, by_text, FRACTIONS))
    split = splits.get(utterance.group or "")
    if split is None:
        dropped = rejected(
            "splits",
            "no_official_split",
            f"part {utterance.group!r} is not among {', '.join(spec.splits.values)}",
        )
        return utterance._replace(dropped=dropped)
    if split == "train" and spec.splits.validation_by:
        by_text = spec.splits.validation_by == "text"
        split = _split_single(utterance, spec, by_text, {"train": 0.85, "validation": 0.15})
    return utterance._replace(split=split)


def expected_sizes(
    spec: CorpusSpec, counts: GroupCounts, ungrouped: int, splits: Mapping[str, Split]
) -> dict[str, float]:
    """About how many utterances each split will get; exact but for those drawn one by one."""
    sizes = {split: ungrouped * fraction for split, fraction in FRACTIONS.items()}
    for group, split in splits.items():
        sizes[split] += counts[group].total()
    if spec.splits.validation_by:
        sizes["validation"] += 0.15 * sizes["train"]
        sizes["train"] *= 0.85
    return {str(split): size for split, size in sizes.items()}


def is_leak(spec: CorpusSpec, splits: Collection[str]) -> bool:
    """Whether a speaker in these splits breaks the policy of the corpus."""
    if spec.splits.group_field != "speaker":
        return False
    allowed = {"train", "validation"} if spec.splits.validation_by else set()
    return len(splits) > 1 and not allowed.issuperset(splits)


def describe_policy(spec: CorpusSpec) -> str:
    """The split policy of a corpus in words."""
    policy = spec.splits
    if policy.by == "official":
        return f"official ({policy.of})"
    if policy.by == "utterance":
        return "by utterance: speakers are shared between splits"
    words = f"{policy.by}-disjoint"
    if policy.validation_by:
        words += f" test; validation by {policy.validation_by} inside the training {policy.by}s"
    return words


def _official(spec: CorpusSpec, part: str) -> Split | None:
    for pattern, split in spec.splits.values.items():
        if re.fullmatch(pattern, part):
            return split
    return None


def _split_single(
    utterance: Utterance, spec: CorpusSpec, by_text: bool, fractions: Mapping[Split, float]
) -> Split:
    """A split drawn for the text of an utterance, or for the utterance itself."""
    key = utterance.text if by_text and utterance.text else utterance.dedup_key
    seed = f"{spec.id}:{spec.splits.seed}" if spec.splits.seed else spec.id
    return _hash_split(seed, key, fractions)


def _hash_split(seed: str, key: str, fractions: Mapping[Split, float]) -> Split:
    """A split drawn by a hash: always the same for the same seed and key."""
    point = int.from_bytes(_digest(seed, key), "big") / 2**64
    for split, fraction in fractions.items():
        if point < fraction:
            return split
        point -= fraction
    return "train"


def _best_partition(
    seed: str, counts: GroupCounts, fractions: Mapping[Split, float]
) -> dict[str, Split]:
    """Partition of the groups whose sizes and class proportions are closest to what is aimed at."""
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
        cost = _partition_cost(table, partition, fractions)
        if best is None or cost < best[0] - 1e-12:
            best = cost, partition
    assert best is not None
    return dict(zip(groups, best[1], strict=True))


def _fill_in_order(
    sizes: np.ndarray, order: list[int], wanted: list[Split], fractions: Mapping[Split, float]
) -> list[Split]:
    """Fills the wanted splits with groups in order, each as near to its size as can be."""
    partition: list[Split] = ["train"] * len(order)
    position = 0
    for number, split in enumerate(wanted):
        left = len(wanted) - number - 1  # groups that later splits and train must still get
        aim, filled = fractions[split] * sizes.sum(), 0.0
        while position < len(order) - left - 1:
            size = sizes[order[position]]
            if filled and abs(filled + size - aim) >= abs(filled - aim):
                break
            partition[order[position]] = split
            filled += size
            position += 1
    return partition


def _partition_cost(
    table: np.ndarray, partition: list[Split], fractions: Mapping[Split, float]
) -> float:
    """How far sizes and class proportions of a partition are from what is aimed at."""
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
