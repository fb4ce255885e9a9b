"""Copies that belong to different groups: found before shards are planned.

Copies meet in one shard, where all but one are dropped. Those that belong to different groups
(speakers, sessions, parts) may go to different splits and would never meet: the same utterance
would be in train and in test.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

from pipeline.planning.shard_names import key_hash
from pipeline.schema.utterance import Utterance, excluded, rejected

Marks = npt.NDArray[np.uint64]
"""Hashes of dedup key, group and native label of some utterances, ``(utterances, 3)``."""

_UNKNOWN, _DROPPED = 0, 1  # stand for the hash of a group or a label


@dataclass(frozen=True)
class GroupConflicts:
    """Hashes of dedup keys of copies that belong to different groups.

    Attributes:
        disputed: Copies that contradict each other: several groups or labels are named.
        completed: Copies of which some name their group and the others none.
    """

    disputed: frozenset[int] = frozenset()
    completed: frozenset[int] = frozenset()


NO_CONFLICTS = GroupConflicts()


def mark_copies(utterances: Iterable[Utterance]) -> Marks:
    """Marks of some utterances, to be compared over a whole corpus."""
    marks = [
        (key_hash(u.dedup_key), _hash(u.group), _hash(u.label_native))
        if u.dropped is None
        else (key_hash(u.dedup_key), _DROPPED, _DROPPED)
        for u in utterances
    ]
    return np.array(marks, np.uint64).reshape(-1, 3)


def find_repeated(marks: Marks) -> frozenset[int]:
    """Hashes of the dedup keys that several utterances have, be they dropped or not.

    Args:
        marks: Marks of all utterances of a corpus, in any order.
    """
    return frozenset(_repeated_keys(marks).tolist())


def find_group_conflicts(marks: Marks) -> GroupConflicts:
    """Copies of a corpus that belong to different groups.

    Args:
        marks: Marks of all utterances of the corpus, in any order.
    """
    marks = marks[marks[:, 1] != _DROPPED]
    marks = np.unique(marks[np.isin(marks[:, 0], _repeated_keys(marks))], axis=0)
    keys, starts = np.unique(marks[:, 0], return_index=True)
    ends = np.append(starts[1:], len(marks))
    disputed: set[int] = set()
    completed: set[int] = set()
    for index in np.flatnonzero(ends - starts > 1):  # copies that are equal are one mark
        copies = marks[starts[index] : ends[index]]
        groups, labels = (set(copies[:, column].tolist()) for column in (1, 2))
        if len(groups) > 1:
            contradict = len(groups - {_UNKNOWN}) > 1 or len(labels - {_UNKNOWN}) > 1
            (disputed if contradict else completed).add(int(keys[index]))
    return GroupConflicts(frozenset(disputed), frozenset(completed))


def drop_group_conflicts(utterance: Utterance, conflicts: GroupConflicts) -> Utterance:
    """An utterance, dropped if copies of it belong to other groups."""
    if utterance.dropped is not None or not (conflicts.disputed or conflicts.completed):
        return utterance
    key = key_hash(utterance.dedup_key)
    if key in conflicts.disputed:
        detail = (
            f"its group is {utterance.group!r}, its label {utterance.label_native!r}; copies of it "
            "have others, and would stand in other splits"
        )
        return utterance._replace(dropped=rejected("index", "copies_disagree", detail))
    if key in conflicts.completed and utterance.group is None:
        detail = "a copy of it names its group, and is kept"
        return utterance._replace(dropped=excluded("index", "copy", detail))
    return utterance


def _repeated_keys(marks: Marks) -> npt.NDArray[np.uint64]:
    keys, times = np.unique(marks[:, 0], return_counts=True)
    return keys[times > 1]


def _hash(text: str | None) -> int:
    return _UNKNOWN if text is None else max(xxh3_64_intdigest(text.encode()), _DROPPED + 1)
