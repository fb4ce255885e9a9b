"""Summary of a dataset in a report: totals, and one line a corpus."""

from collections import Counter
from dataclasses import dataclass
from typing import Self

from pipeline.common.count import count
from pipeline.dataset.manifest import CorpusManifest, Manifest
from pipeline.dataset.run_log import Run
from pipeline.index.corpus_notes import describe_notes
from pipeline.pages.environment import number
from pipeline.schema.record import CLASSES, SPLITS


@dataclass(frozen=True)
class Totals:
    """Counts over all corpora.

    Attributes:
        unknown_speakers: Clips of which nobody knows who speaks.
        labels: Six-class name → clips.
    """

    found: int
    excluded: int
    rejected: int
    speakers: int
    unknown_speakers: int
    labels: dict[str, int]

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """The totals of a dataset."""
        corpora = manifest.corpora.values()
        return cls(
            found=sum(corpus.found for corpus in corpora),
            excluded=sum(sum(corpus.excluded.values()) for corpus in corpora),
            rejected=sum(sum(corpus.rejected.values()) for corpus in corpora),
            speakers=manifest.speakers,
            unknown_speakers=sum(corpus.unknown_speakers for corpus in corpora),
            labels={name: sum(corpus.labels[name] for corpus in corpora) for name in CLASSES},
        )


def headline(manifest: Manifest, totals: Totals) -> list[tuple[str, str]]:
    """The numbers at the top of the page: what is counted, and how many."""
    languages = {code.split("-")[0] for c in manifest.corpora.values() for code in c.languages}
    return [
        ("utterances", number(manifest.written)),
        ("hours", hours(manifest.hours)),
        ("corpus" if len(manifest.corpora) == 1 else "corpora", number(len(manifest.corpora))),
        ("speakers", number(totals.speakers)),
        ("languages", number(len(languages))),
        ("left out", number(totals.excluded + totals.rejected)),
    ]


def assurances(manifest: Manifest) -> list[tuple[bool, str]]:
    """Guarantees of the dataset: whether each holds, and the sentence to show."""
    corpora = manifest.corpora
    shared = [name for name, corpus in corpora.items() if corpus.speakers_in_two_splits]
    kept = [name for name, corpus in corpora.items() if corpus.redistribute is False]
    unclear = [name for name, corpus in corpora.items() if corpus.redistribute is None]
    adds_up = all(corpus.adds_up for corpus in corpora.values())
    lines = [
        (adds_up, "Every clip found is written, excluded or rejected; the three add up."),
        (True, "No audio stands in two splits."),
        (
            not shared,
            f"Speakers stand in two splits in {', '.join(shared)}: the policy of each is below."
            if shared
            else "No speaker stands in two splits.",
        ),
    ]
    if apart := [person for person in manifest.same_person if len(person.splits) > 1]:
        names = "; ".join(" and ".join(person.speakers) for person in apart)
        lines.append((False, f"Speakers who may be one person stand in several splits: {names}."))
    if kept:
        words = f"Not to be passed on as it is: terms forbid it for {', '.join(kept)}."
        lines.append((False, words))
    if unclear:
        words = f"Terms do not say whether it may be passed on: {', '.join(unclear)}."
        lines.append((False, words))
    return lines


def remarks(manifest: Manifest) -> list[tuple[str, str]]:
    """Corpora, and what there is to say of each: published counts not met, choices made."""
    lines: list[tuple[str, str]] = []
    for name, corpus in manifest.corpora.items():
        if corpus.mismatches:
            differing = ", ".join(map(str, corpus.mismatches))
            lines.append((name, f"found/published differ: {differing}"))
        lines += [(name, line) for line in corpus.split_warnings]
        lines += [(name, line) for line in describe_notes(corpus.notes, corpus.spellings)]
    for name, protocol in manifest.protocols.items():
        for corpus_name, folds in protocol.corpora.items():
            if folds.shared_speakers:
                shared = count(folds.shared_speakers, "speaker")
                lines.append((corpus_name, f"protocol {name}: {shared} in training and test"))
    return lines


def count_emotions(manifest: Manifest) -> list[tuple[str, int, str]]:
    """Emotions, their clips and corpora, the most frequent first."""
    clips: Counter[str] = Counter()
    corpora: Counter[str] = Counter()
    for corpus in manifest.corpora.values():
        clips.update(corpus.emotions)
        corpora.update(corpus.emotions.keys())
    ordered = sorted(clips.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (emotion, found, count(corpora[emotion], "corpus", "corpora")) for emotion, found in ordered
    ]


def class_parts(labels: dict[str, int], utterances: int) -> list[tuple[str, str, int]]:
    """Parts of a bar of classes: name, CSS class and clips of each."""
    parts = [(name.replace("_", " "), name.replace("_", "-"), labels[name]) for name in CLASSES]
    return [*parts, ("without a class", "unlabelled", utterances - sum(labels.values()))]


def split_parts(corpus: CorpusManifest) -> list[tuple[str, str, int]]:
    """Parts of a bar of splits: name, CSS class and clips of each."""
    return [(split, split, corpus.splits[split].utterances) for split in SPLITS]


def show_run(run: Run) -> dict[str, object]:
    """A run as the page lists it; clips are summed where the runner has counted all of them."""
    parts = run.corpora.values()
    counted = all(part.decoded is not None for part in parts) and run.corpora
    return dict(run) | {
        "decoded": sum(part.decoded or 0 for part in parts) if counted else None,
        "reused": sum(part.reused or 0 for part in parts) if counted else None,
    }


def durations(manifest: Manifest) -> list[int]:
    """Clips by length, over all corpora, bin by bin."""
    counted = (corpus.durations.counts for corpus in manifest.corpora.values())
    return [sum(bins) for bins in zip(*filter(None, counted), strict=True)]


def hours(value: float) -> str:
    """Hours with as many decimals as are meaningful."""
    return f"{value:,.1f}" if value >= 10 else f"{value:.2f}"
