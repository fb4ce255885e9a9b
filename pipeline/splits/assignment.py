"""Gives utterances the splits of their groups."""

from collections.abc import Mapping

from pipeline.schema.record import Split
from pipeline.schema.utterance import Utterance, rejected
from pipeline.splits.groups import GroupCounts
from pipeline.splits.partition import FRACTIONS
from pipeline.splits.policies import SplitPolicy


def split_utterance(
    utterance: Utterance, policy: SplitPolicy, assigned: Mapping[str, Split]
) -> Utterance:
    """Gives an utterance its split.

    Args:
        utterance: Labelled.
        policy: Policy of its corpus.
        assigned: Group → split, from :meth:`SplitPolicy.assign`.

    Returns:
        The utterance with its split; rejected where the policy has none for it.
    """
    if utterance.dropped is not None:
        return utterance
    if utterance.group is None:
        split = policy.split_single(utterance)
    else:
        split = assigned.get(utterance.group)
        if split == "train":
            split = policy.split_training(utterance)
    if split is None:
        detail = policy.explain_unassigned(utterance.group)
        return utterance._replace(dropped=rejected("splits", "no_official_split", detail))
    return utterance._replace(split=split)


def expected_sizes(
    policy: SplitPolicy, counts: GroupCounts, ungrouped: int, assigned: Mapping[str, Split]
) -> dict[str, float]:
    """About how many utterances each split will get; exact but for those split one by one.

    Args:
        policy: Policy of the corpus.
        counts: Counts of its groups.
        ungrouped: Number of its utterances without a group.
        assigned: Group → split, from :meth:`SplitPolicy.assign`.

    Returns:
        Split → utterances.
    """
    sizes: dict[str, float] = {split: ungrouped * part for split, part in FRACTIONS.items()}
    for group, split in assigned.items():
        sizes[split] += counts[group].total()
    training = sizes["train"]
    sizes["train"] = 0.0
    for split, fraction in policy.training_fractions.items():
        sizes[split] += training * fraction
    return sizes
