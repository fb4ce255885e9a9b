"""Problems in and between corpora, as the manifest states them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Finding(BaseModel):
    """One finding: immutable; keys of later releases are passed over."""

    model_config = ConfigDict(frozen=True)


class LabelConflict(Finding):
    """One recording under several labels.

    Attributes:
        clips: Id of each clip → its category; of copies, the path of each → its native label.
        found: Means by which it was found: ``equal audio``, ``near-duplicates``, ``copies`` of one
            utterance, or rows of ``tables``.
        outcome: ``kept``, all of them; ``rejected``, all of them; ``excluded``, all but those of
            one split.
    """

    clips: dict[str, str]
    found: Literal["equal audio", "near-duplicates", "copies", "tables"]
    outcome: Literal["kept", "rejected", "excluded"]


class SamePerson(Finding):
    """Two speakers who share most of the clips of the one who has fewer.

    Attributes:
        speakers: The two, sorted.
        shared: Clips of the one with fewer of which the other has a copy.
        clips: Number of clips of each, excluded copies included.
        splits: Splits that hold clips of either.
    """

    speakers: tuple[str, str]
    shared: int
    clips: tuple[int, int]
    splits: list[str]


class NearDuplicates(Finding):
    """Results of a search by audio fingerprints.

    Attributes:
        unsearched: Corpora that have changed since, or were never searched.
        groups: Ids of clips that hold the same recording, each group in one split.
        excluded: Clips that were removed because another split has the recording.
    """

    unsearched: list[str]
    groups: list[list[str]]
    excluded: int
