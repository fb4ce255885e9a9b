"""What was found inside and between corpora, as commands print it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from exhubert.cli.output.console import OUT
from pipeline.common.count import count
from pipeline.common.untrusted_text import one_line

if TYPE_CHECKING:  # brings pyarrow
    from pipeline.checks.shared_speakers import SharedSpeakers
    from pipeline.dataset.duplicates.findings import SamePerson
    from pipeline.dataset.manifest import Manifest
    from pipeline.raters.agreement import Agreement

_MOST = 20  # of each kind that are printed


def print_findings(manifest: "Manifest") -> None:
    """Groups of near-duplicates, conflicting labels, and speakers who may be one person."""
    for lines in (_near(manifest), _conflicts(manifest), _persons(manifest.same_person)):
        found = list(lines)
        for line in found[: _MOST + 1]:
            OUT.print(one_line(line), soft_wrap=True)
        if len(found) > _MOST + 1:
            OUT.print(f"    and {len(found) - _MOST - 1:,} more: manifest.json lists all")


def _near(manifest: "Manifest") -> Iterator[str]:
    near = manifest.near_duplicates
    if near is None:
        yield "near-duplicates: not looked for; exhubert duplicates DATASET does"
        return
    left = f", {count(near.excluded, 'clip')} left out of other splits" if near.excluded else ""
    groups = count(len(near.groups), "group")
    yield f"near-duplicates: {groups} in the dataset, each in one split{left}"
    if near.unsearched:
        yield (
            f"    not compared as they are now: {', '.join(near.unsearched)}; "
            "exhubert duplicates DATASET does"
        )
    yield from (f"    the same recording: {', '.join(group)}" for group in near.groups)


def _conflicts(manifest: "Manifest") -> Iterator[str]:
    found = manifest.conflicting_labels
    yield f"conflicting labels: {count(len(found), 'recording')}"
    for conflict in found:
        clips = ", ".join(f"{clip} ({label})" for clip, label in conflict.clips.items())
        yield f"    {conflict.found}, {conflict.outcome}: {clips}"


def _persons(persons: "Sequence[SamePerson]") -> Iterator[str]:
    yield f"speakers who may be one person: {count(len(persons), 'pair')}"
    for person in persons:
        one, other = (
            f"{speaker} ({count(clips, 'clip')})"
            for speaker, clips in zip(person.speakers, person.clips, strict=True)
        )
        shared = count(person.shared, "clip")
        yield f"    {one} and {other} share {shared}; in {', '.join(person.splits)}"


def describe_shared(shared: "SharedSpeakers") -> Iterator[str]:
    """Speakers that two checked corpora share, and those that are in several splits."""
    corpora = " and ".join(shared.corpora)
    yield f"{corpora}: {count(shared.speakers, 'speaker')} in common, by their namespace"
    if shared.apart:
        yield f"    in test and in another split: {', '.join(shared.apart)}"


def describe_agreement(agreement: "Mapping[str, Agreement]") -> str:
    """How far raters agree, as one line."""
    parts = [
        f"{what} {'–' if found.alpha is None else f'{found.alpha:z.3f}'} ({found.level}, "
        f"{count(found.utterances, 'utterance')} of {found.answers / found.utterances:.1f} raters)"
        for what, found in agreement.items()
    ]
    return f"Krippendorff's α of raters: {', '.join(parts)}"


def print_left_out(corpus: str, excluded: Mapping[str, int], rejected: Mapping[str, int]) -> None:
    """Why clips of a corpus were excluded or rejected, in a line each."""
    for what, reasons in (("excluded", excluded), ("rejected", rejected)):
        if reasons:
            words = ", ".join(f"{reason} {number:,}" for reason, number in reasons.items())
            OUT.print(f"{corpus}: {what}: {words}", soft_wrap=True)
