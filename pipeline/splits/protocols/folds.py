"""Folds of one corpus: which of its clips are trained on, validated on and tested on.

Plain functions of columns of a dataset's rows, in the rows' order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.common.count import count
from pipeline.common.globs import glob_matcher
from pipeline.common.patterns import compile_pattern
from pipeline.schema.record import SPLITS
from pipeline.splits.protocols.clip_names import expand_names, find_clips_by_name
from pipeline.splits.protocols.protocol_spec import FoldSpec, ProtocolSpec
from pipeline.splits.protocols.whole_groups import assign_whole

TRAIN, VALIDATION, TEST, UNUSED = range(4)
PARTS = (*SPLITS, "unused")
"""Names of the parts of a fold, by number."""

Parts = npt.NDArray[np.int8]

MOST_FOLDS = 500
"""Beyond, leaving one out has ceased to be a protocol."""


class NoFoldsError(Exception):
    """A protocol does not fit a corpus; the message says why."""


@dataclass(frozen=True)
class Fold:
    """One fold of a corpus.

    Attributes:
        name: Unique among the folds of the corpus.
        parts: Part of each row, an index of :data:`PARTS`, ``(rows,)``.
        held_out: Values that stand in the test part alone: speakers without their namespace,
            sessions.
        published: Part → clips, where somebody counted.
        missing: Clips named by the published test part that are not there, or not uniquely.
    """

    name: str
    parts: Parts
    held_out: tuple[str, ...] = ()
    published: Mapping[str, int] = field(default_factory=dict)
    missing: int = 0


def leave_one_out(values: "pd.Series[str]", what: str) -> Iterator[Fold]:
    """A fold for every value, which is its test part; clips without a value are unused.

    Args:
        values: Values of each row; None where unknown.
        what: Name of the values in messages.

    Raises:
        NoFoldsError: There are fewer than two values, or too many.
    """
    known = sorted(set(values.dropna()), key=natural_order)
    if len(known) < 2:
        raise NoFoldsError(f"{count(len(known), what)} known: at least two are needed")
    if len(known) > MOST_FOLDS:
        raise NoFoldsError(
            f"{len(known):,} {what}s would be as many folds, more than {MOST_FOLDS}: take K-fold"
        )
    missing = values.isna().to_numpy()
    for number, value in enumerate(known, 1):
        parts = np.where((values == value).to_numpy(), TEST, TRAIN).astype(np.int8)
        parts[missing] = UNUSED
        yield Fold(str(number), parts, (value,))


def k_folds(
    speakers: "pd.Series[str]", classes: "pd.Series[str]", k: int, seed: int
) -> Iterator[Fold]:
    """``k`` folds of whole speakers, alike in size and classes (:func:`assign_whole`).

    Args:
        speakers: Speaker of each row; None where unknown: such rows are unused.
        classes: Classes of each row.
        k: Number of folds.
        seed: Another draw.

    Raises:
        NoFoldsError: There are fewer speakers than folds.
    """
    known = speakers.notna()
    if (there := int(speakers.nunique())) < k:
        raise NoFoldsError(f"{count(there, 'speaker')} known for {k} folds")
    sizes = [known.sum() / k] * k
    assigned = assign_whole(speakers[known], classes[known], sizes, seed)
    yield from _folds_of_bins(speakers, assigned, [str(number) for number in range(1, k + 1)])


def speaker_independent(
    published: Sequence[Fold], speakers: "pd.Series[str]", classes: "pd.Series[str]"
) -> list[Fold]:
    """The nearest folds without a speaker on both sides.

    Folds of which no speaker is in training and in test stay as they are. Otherwise there are as
    many folds as published, whole speakers in each test part, and sizes nearest to the published
    ones at like shares of classes (:func:`assign_whole`, a further bin for what is never tested).
    Clips of unknown speakers are unused.

    Raises:
        NoFoldsError: There are too few speakers.
    """
    if speakers.notna().all() and not any(_shared(fold, speakers) for fold in published):
        return list(published)
    known = speakers.notna()
    wanted = [float((fold.parts == TEST).sum()) for fold in published]
    rest = float(known.sum()) - sum(wanted)
    bins = [*wanted, rest] if rest > 0 else wanted
    if len(published) == 1 and len(bins) == 1:
        raise NoFoldsError("everything is in the test part")
    try:
        assigned = assign_whole(speakers[known], classes[known], bins)
    except ValueError:
        found = count(int(speakers.nunique()), "speaker")
        raise NoFoldsError(f"{found} known, too few for {count(len(published), 'fold')}") from None
    return list(_folds_of_bins(speakers, assigned, [fold.name for fold in published]))


def stated_folds(
    spec: ProtocolSpec,
    ids: "pd.Series[str]",
    speakers: "pd.Series[str]",
    values: "pd.Series[str]",
) -> Iterator[Fold]:
    """Folds that a spec states, by values of a field or by names of clips.

    Args:
        spec: Spec with folds.
        ids: Ids of all rows.
        speakers: Speakers of all rows, without their namespace.
        values: Values of its field, of all rows; None where unknown.
    """
    is_left_out = glob_matcher(spec.leave_out)
    left_out = np.array([is_left_out(one) is not None for one in ids], dtype=bool)
    for name, fold in spec.folds.items():
        parts, missing = (
            _parts_by_name(fold, ids, speakers)
            if fold.clips
            else (_parts_by_value(fold, values), 0)
        )
        parts[left_out] = UNUSED
        held_out = () if fold.clips else tuple(sorted(set(values[parts == TEST].dropna())))
        yield Fold(
            name,
            parts,
            held_out,
            {str(part): clips for part, clips in fold.published.items()},
            missing,
        )


def natural_order(text: str) -> list[tuple[bool, int, str]]:
    """Sorts s2 before s10.

    >>> sorted(["s10", "s2"], key=natural_order)
    ['s2', 's10']
    """
    pieces = re.findall(r"\d+|\D+", text)
    return [
        (not piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces
    ]


def _parts_by_name(
    fold: FoldSpec, ids: "pd.Series[str]", speakers: "pd.Series[str]"
) -> tuple[Parts, int]:
    names = set(expand_names(fold.clips))
    found = find_clips_by_name(names, ids, speakers)
    parts = np.where(ids.isin(list(found.values())), TEST, TRAIN).astype(np.int8)
    return parts, len(names) - len(found)


def _parts_by_value(fold: FoldSpec, values: "pd.Series[str]") -> Parts:
    part_of: dict[str, int] = {}
    for value in set(values.dropna()):
        named = {TEST: fold.test, VALIDATION: fold.validation, TRAIN: fold.train}
        hits = [part for part, ones in named.items() if _names(ones, value)]
        part_of[value] = hits[0] if hits else (UNUSED if fold.train else TRAIN)
    parts = [part_of.get(value, UNUSED) for value in values.astype(object)]
    return np.array(parts, dtype=np.int8)


def _names(patterns: Sequence[str], value: str) -> bool:
    return any(value == one or compile_pattern(one).fullmatch(value) for one in patterns)


def _folds_of_bins(
    speakers: "pd.Series[str]", assigned: Mapping[str, int], names: Sequence[str]
) -> Iterator[Fold]:
    bins = speakers.map(assigned)
    for number, name in enumerate(names):
        parts = np.where(bins == number, TEST, TRAIN).astype(np.int8)
        parts[speakers.isna().to_numpy()] = UNUSED
        own = (one.partition(":")[2] for one, its_bin in assigned.items() if its_bin == number)
        yield Fold(name, parts, tuple(sorted(own, key=natural_order)))


def _shared(fold: Fold, speakers: "pd.Series[str]") -> bool:
    test = set(speakers[fold.parts == TEST])
    return bool(test & set(speakers[(fold.parts == TRAIN) | (fold.parts == VALIDATION)]))
