"""Split policies: what the key ``splits`` of a spec may say, and what each policy does.

One class a policy: its fields are the keys of the spec, its methods are all that a build, a check
or a card asks of it. A new policy is a class with the methods of :class:`SplitPolicy`, and its name
in :data:`SplitSpec`.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import BeforeValidator, Field, model_validator

from pipeline.common.patterns import compile_pattern
from pipeline.common.spec_model import ByValue, Regex, SpecModel
from pipeline.schema.record import Split
from pipeline.schema.utterance import Utterance
from pipeline.splits.groups import GroupCounts
from pipeline.splits.partition import (
    FRACTIONS,
    TRAIN_TEST_FRACTIONS,
    TRAIN_VALIDATION_FRACTIONS,
    best_partition,
    hash_split,
)


class SplitPolicy(Protocol):
    """Assigns the utterances of a corpus to train, validation and test."""

    @property
    def group_field(self) -> str:
        """The field whose values stay together; empty where there is none."""

    @property
    def training_fractions(self) -> Mapping[Split, float]:
        """How utterances of training groups are divided: all train, or some validation."""

    @property
    def stated_parts(self) -> Mapping[str, Split]:
        """The corpus's own partition, groups or patterns of them → split; none where we draw it."""

    def group_of(self, fields: Mapping[str, str | None]) -> str | None:
        """The group of a clip with these fields; None where none is known."""

    def assign(self, counts: GroupCounts, corpus: str, namespace: str | None) -> dict[str, Split]:
        """Assigns the groups of a corpus.

        Args:
            counts: Counts of the whole corpus.
            corpus: Id of the corpus.
            namespace: Shared with corpora of the same speakers, if there are any.

        Returns:
            Group → split; groups that get none are left out.
        """

    def split_single(self, utterance: Utterance) -> Split | None:
        """Split of an utterance without a group; None where the policy has none for it."""

    def split_training(self, utterance: Utterance) -> Split:
        """Split of an utterance of a training group, by :attr:`training_fractions`."""

    def explain_unassigned(self, group: str | None) -> str:
        """Why a group that :meth:`assign` has left out gets no split."""

    def allows(self, splits: Collection[str]) -> bool:
        """Whether the utterances of one speaker may stand in all of these splits."""

    def describe(self) -> str:
        """The policy in words, as check, card, manifest and report show it."""


class GroupPolicy(SpecModel):
    """Groups stay together; ``{by: speaker}`` and its like.

    Utterances without a group are split by their text, or one by one where that is unknown, too.
    """

    by: str
    of: str | None = Field(None, description="the field that names the group; default: `by`")
    validation_by: Literal["text", "speaker", "utterance"] | None = Field(
        None, description="what validation is drawn by from what is not test"
    )
    seed: int = Field(0, description="another draw; alike in corpora that share a namespace")

    @property
    def group_field(self) -> str:
        return self.of or self.by

    @property
    def training_fractions(self) -> Mapping[Split, float]:
        return TRAIN_VALIDATION_FRACTIONS if self.validation_by else {"train": 1.0}

    @property
    def stated_parts(self) -> Mapping[str, Split]:
        return {}

    def group_of(self, fields: Mapping[str, str | None]) -> str | None:
        return fields.get(self.group_field)

    def assign(self, counts: GroupCounts, corpus: str, namespace: str | None) -> dict[str, Split]:
        fractions = TRAIN_TEST_FRACTIONS if self.validation_by else FRACTIONS
        if namespace:  # each speaker's split must not depend on the counts of one corpus
            seed = f"{namespace}:{self.seed}"
            return {group: hash_split(seed, group, fractions) for group in counts}
        return best_partition(f"{corpus}:{self.seed}", counts, fractions)

    def split_single(self, utterance: Utterance) -> Split | None:
        return self._hash(utterance, utterance.text, FRACTIONS)

    def split_training(self, utterance: Utterance) -> Split:
        if not self.validation_by:
            return "train"
        kept_together = {"text": utterance.text, "speaker": utterance.speaker}
        return self._hash(utterance, kept_together.get(self.validation_by), self.training_fractions)

    def explain_unassigned(self, group: str | None) -> str:
        return f"{self.group_field} {group!r} was not assigned to a split"

    def allows(self, splits: Collection[str]) -> bool:
        shared = len(splits) > 1 and self.group_field == "speaker"
        return not shared or self.training_fractions.keys() >= set(splits)

    def describe(self) -> str:
        inside = f"validation by {self.validation_by} inside the training {self.by}s"
        return f"{self.by}-disjoint" + (f" test; {inside}" if self.validation_by else "")

    def _hash(
        self, utterance: Utterance, group: str | None, fractions: Mapping[Split, float]
    ) -> Split:
        seed = f"{utterance.corpus}:{self.seed}" if self.seed else utterance.corpus
        return hash_split(seed, group or utterance.dedup_key, fractions)


class ByGroup(GroupPolicy):
    """``{by: speaker}``, ``session`` or ``text``: values of that field, or of ``of``, together."""

    by: Literal["speaker", "session", "text"] = "speaker"

    @model_validator(mode="before")
    @classmethod
    def _names_no_parts(cls, data: Any) -> Any:
        return _check_no_parts(data, cls)


class ByUtterance(GroupPolicy):
    """``{by: utterance}``: each utterance for itself; speakers are shared between splits."""

    by: Literal["utterance"]

    @model_validator(mode="before")
    @classmethod
    def _names_no_parts(cls, data: Any) -> Any:
        return _check_no_parts(data, cls)

    @property
    def group_field(self) -> str:
        return ""

    def split_single(self, utterance: Utterance) -> Split | None:
        return self._hash(utterance, None, FRACTIONS)

    def describe(self) -> str:
        return "by utterance: speakers are shared between splits"


class Official(GroupPolicy, ByValue):
    """``{by: official, of: part, dev: validation, …}``: the corpus's own partition.

    Keys are values of the field ``of``, or regular expressions for them; the first match counts.
    """

    by: Literal["official"]
    values: dict[Regex, Split] = {}

    @model_validator(mode="after")
    def _names_its_parts(self) -> Self:
        if self.of is None:
            raise ValueError("`by: official` needs `of`: the field that names the part")
        if "test" not in self.values.values():
            raise ValueError("`by: official` needs at least one value that stands for `test`")
        return self

    @property
    def stated_parts(self) -> Mapping[str, Split]:
        return self.values

    def assign(self, counts: GroupCounts, corpus: str, namespace: str | None) -> dict[str, Split]:
        assigned = {group: self._split_of_part(group) for group in counts}
        return {group: split for group, split in assigned.items() if split}

    def split_single(self, utterance: Utterance) -> Split | None:
        return None

    def explain_unassigned(self, group: str | None) -> str:
        return f"part {group!r} is not among {', '.join(self.values)}"

    def describe(self) -> str:
        return f"official ({self.of})"

    def _split_of_part(self, part: str) -> Split | None:
        for pattern, split in self.values.items():
            if compile_pattern(pattern).fullmatch(part):
                return split
        return None


def _check_no_parts(data: Any, policy: type[SpecModel]) -> Any:
    keys = data if isinstance(data, dict) else ()
    if parts := [str(key) for key in keys if key not in policy.model_fields]:
        raise ValueError(f"{', '.join(parts)}: parts are only named where `by` is `official`")
    return data


def _by_speaker_unless_stated(data: Any) -> Any:
    return {"by": "speaker"} | data if isinstance(data, dict) else data


SplitSpec = Annotated[
    Annotated[ByGroup | ByUtterance | Official, Field(discriminator="by")],
    BeforeValidator(_by_speaker_unless_stated),
]
"""The key ``splits`` of a spec: one of the policies, chosen by ``by``."""
