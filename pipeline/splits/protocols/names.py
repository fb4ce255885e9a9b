"""Names of protocols, which say all that a rule must know.

``loso``, ``5-fold``, ``10-fold-seed3``, ``session``, ``official`` or a name that specs give;
``-native``, ``-categories`` or ``-four`` behind it name another label set than the six classes.
"""

import re
from dataclasses import dataclass

from pipeline.common.errors import UsageError
from pipeline.splits.protocols.label_sets import NamedSet

INDEPENDENT = "-speaker-independent"
"""Behind the name of a protocol with published folds: the nearest without shared speakers."""

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Pattern of every name, endings included."""

_NAMED: tuple[NamedSet, ...] = ("native", "categories", "four")
"""Label sets that stand behind a name."""

ENDINGS = (*(f"-{label_set}" for label_set in _NAMED), INDEPENDENT)
"""Endings of a name that ask for other classes or folds."""

_LONGEST = 64
_K_FOLD = re.compile(r"(\d{1,3})-fold(?:-seed(\d{1,9}))?")
_UNNUMBERED = re.compile(r"\Ak-fold(?=-seed|\Z)")  # five, as most papers have


@dataclass(frozen=True)
class ProtocolName:
    """Parts of the name of a protocol.

    Attributes:
        full: The whole name.
        base: Without the label set and :data:`INDEPENDENT`.
        label_set: Label set, unless the spec of a corpus names its own.
        independent: Whether the nearest folds without shared speakers are meant.
        k: Folds of a K-fold protocol; 0 for others.
        seed: Seed of a K-fold protocol.
    """

    full: str
    base: str
    label_set: NamedSet
    independent: bool = False
    k: int = 0
    seed: int = 0


def check_name(name: str) -> str:
    """The name of a protocol as it is.

    Raises:
        ValueError: It can't be one, nor the name of its file.
    """
    if not NAME.fullmatch(name) or len(name) > _LONGEST:
        raise ValueError("expected a-z, 0-9 and single hyphens, as in loso")
    return name


def parse_name(name: str) -> ProtocolName:
    """Reads the name of a protocol.

    Raises:
        UsageError: It is not a name.

    >>> parse_name("10-fold-seed3").k
    10
    """
    try:
        check_name(name)
    except ValueError as error:
        raise UsageError(f"protocol {name!r}: {error}") from None
    named = next((one for one in _NAMED if name.endswith(f"-{one}")), None)
    base = name.removesuffix(f"-{named}") if named else name
    label_set: NamedSet = named or "six"
    independent = base.endswith(INDEPENDENT)
    base = _UNNUMBERED.sub("5-fold", base.removesuffix(INDEPENDENT))
    if not (k_fold := _K_FOLD.fullmatch(base)):
        return ProtocolName(name, base, label_set, independent)
    if int(k_fold[1]) < 2:
        raise UsageError(f"protocol {name!r}: expected two folds or more")
    return ProtocolName(name, base, label_set, False, int(k_fold[1]), int(k_fold[2] or 0))


def describe_rule(name: ProtocolName) -> str:
    """The rule that makes the folds of a protocol, in words."""
    if name.k:
        seed = f", seed {name.seed}" if name.seed else ""
        return f"{name.k} folds of whole speakers, alike in size and classes{seed}"
    if name.base == "loso":
        return "each speaker once as the test part"
    if name.independent:
        return (
            f"as many folds as {name.base}, whole speakers in each test part, sizes nearest to the "
            "published ones; corpora whose published folds share no speaker keep them"
        )
    if name.base == "official":
        return "the partition that the corpus comes with"
    if name.base == "session":
        return "each session once as the test part"
    return f"folds as published ({name.base})"
