"""Groups of utterances that stay together, and how many utterances of each label they hold."""

from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.schema.utterance import Utterance

GroupCounts = Mapping[str, Counter[str]]
"""Group → native label → number of utterances."""


def count_groups(utterances: Iterable[Utterance]) -> dict[str, Counter[str]]:
    """Utterances of every group by native label: all that assigning splits needs to know.

    Native, so that a changed label map moves no speaker to another split.
    """
    counts: dict[str, Counter[str]] = {}
    for utterance in utterances:
        if utterance.group is not None and utterance.dropped is None:
            counts.setdefault(utterance.group, Counter())[utterance.label_native or ""] += 1
    return counts


def count_ungrouped(utterances: Iterable[Utterance]) -> int:
    """Number of utterances that no group keeps together."""
    return sum(u.group is None and u.dropped is None for u in utterances)


def merge_counts(parts: Iterable[GroupCounts]) -> dict[str, Counter[str]]:
    """Sum of group counts."""
    total: dict[str, Counter[str]] = {}
    for part in parts:
        for group, counter in part.items():
            total.setdefault(group, Counter()).update(counter)
    return total
