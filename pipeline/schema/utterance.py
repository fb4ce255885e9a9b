"""An utterance before its audio is decoded: what names, tables and the spec give.

Named tuples: millions of them are made, changed, sent and compared.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

Status = Literal["ok", "excluded", "rejected"]


class DropReason(NamedTuple):
    """Why an utterance is not written.

    Attributes:
        status: ``excluded`` by a stated rule, or ``rejected`` because it can't be used.
        stage: Step of the build: ``index``, ``labels``, ``splits`` or ``audio``.
        reason: One word of a fixed vocabulary, for counting.
        detail: What was found and what was expected, in words.
    """

    status: Status
    stage: str
    reason: str
    detail: str = ""


def rejected(stage: str, reason: str, detail: str = "") -> DropReason:
    """Reason to reject an utterance: it can't be used."""
    return DropReason("rejected", stage, reason, detail)


def excluded(stage: str, reason: str, detail: str = "") -> DropReason:
    """Reason to exclude an utterance: a stated rule leaves it out."""
    return DropReason("excluded", stage, reason, detail)


class RaterAnswer(NamedTuple):
    """Answer of one rater about an utterance, in the corpus's own codes and on its own scales.

    Attributes:
        rater: Name in the corpus; None where it states none.
        emotions: Codes, in no order; several where the rater named several.
        secondary: Codes of further emotions, which count for no label.
    """

    rater: str | None = None
    emotions: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()
    arousal: float | None = None
    valence: float | None = None
    dominance: float | None = None


class Utterance(NamedTuple):
    """One utterance of a corpus, before its audio is decoded.

    Attributes:
        id: ``<corpus>/<path without suffix>``, ``#<start>-<end>`` added for a segment.
        dedup_key: Equal for copies of the same utterance.
        source_path: Relative to the corpus root, ``/``-separated.
        source_size: Size of the file in bytes.
        source_version: Version of the file, which differs whenever its content does.
        block: Part of a file that is read in one piece, where the clip is no file of its own;
            ``source_size`` is a share of it then.
        row: Position of the clip in the file that holds the block.
        glob_rank: Rank of the glob that found the file; among copies the lowest is kept.
        start: Start of the segment in s; None for a whole file.
        end: End of the segment in s; None for a whole file.
        channel: The channel that holds the speaker; None to mix all.
        group: Value of the field that the split policy keeps together.
        age: Age in years.
        arousal: Rating in [0, 1].
        valence: Rating in [0, 1].
        dominance: Rating in [0, 1].
        label: Six-class index, 3·arousal + valence.
        raters: Answers of single raters.
        shard: Name of the shard that it is planned for.
        dropped: None if the utterance is to be written.
    """

    id: str
    corpus: str
    dedup_key: str
    source_path: str
    source_size: int
    source_version: str
    glob_rank: int = 0
    block: str = ""
    row: int = 0
    start: float | None = None
    end: float | None = None
    channel: int | None = None
    language: str | None = None
    speaker: str | None = None
    gender: str | None = None
    age: float | None = None
    text: str | None = None
    group: str | None = None
    annotations: Mapping[str, str] = {}
    label_native: str | None = None
    emotion: str | None = None
    arousal_class: str | None = None
    valence_class: str | None = None
    label: int | None = None
    arousal: float | None = None
    valence: float | None = None
    dominance: float | None = None
    votes: Mapping[str, float] | None = None
    raters: tuple[RaterAnswer, ...] = ()
    split: str | None = None
    shard: str | None = None
    dropped: DropReason | None = None

    @property
    def status(self) -> Status:
        """``ok``, ``excluded`` or ``rejected``."""
        return self.dropped.status if self.dropped else "ok"


def count_reasons(utterances: Iterable[Utterance], status: Status) -> dict[str, int]:
    """Why utterances of this status were dropped: reason → utterances, sorted by reason."""
    dropped = (utterance.dropped for utterance in utterances)
    reasons = Counter(one.reason for one in dropped if one is not None and one.status == status)
    return dict(sorted(reasons.items()))
