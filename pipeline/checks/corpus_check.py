"""Checking corpora without decoding audio: what was found against what was published."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.common.sample import SHOWN, Sample
from pipeline.common.spelling import find_spellings
from pipeline.dataset.duplicates.conflicts import find_disputed
from pipeline.dataset.published_counts import CountComparison, compare_counts
from pipeline.labels import is_clipped
from pipeline.planning.index_corpus import IndexedCorpus, count_by_split
from pipeline.raters.agreement import Agreement, agreements, tally_answers
from pipeline.schema.record import CLASSES, SPLITS
from pipeline.schema.utterance import Utterance, count_reasons
from pipeline.shards.receipts import to_reject_row
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.splits.split_warnings import warn_of_splits


@dataclass(frozen=True)
class CorpusCheck:
    """Counts of a corpus from file names and tables; no audio is decoded.

    Attributes:
        usable: Utterances that a build would decode.
        excluded: Reason → utterances left out by a rule.
        rejected: Reason → utterances that can't be used.
        emotions: Category → usable utterances.
        splits: Split → usable utterances.
        speakers_in_two_splits: Speakers whose utterances lie in more than one split.
        leaks: Shared speakers that the split policy does not allow.
        expected: Published number of utterances, of the edition that is nearest in size.
        clipped_ratings: Usable utterances with a rating outside its documented scale.
        compared: Published counts, of the corpus and of its classes, beside what was found.
        source: Who published them.
        missing: Table → its rows that no clip belongs to.
        examples: Reason → some of the clips rejected for it.
        passed_over: Why → audio files that the spec does not name.
        encodings: Table → encoding → files that were not read in the first encoding named.
        agreement: ``emotion`` and dimensions → how far raters agree about it.
        unknown_answers: Codes that raters gave and the spec does not know.
        spellings: Speakers whose names differ in case, blanks or width alone, in groups.
        conflicting_labels: Recordings that copies or tables label in several ways.
        namespace_speakers: Speakers of a namespace that corpora share → their splits.
        split_warnings: Warnings about splits on which scores mean little.
    """

    corpus: str
    found: int
    usable: int
    excluded: dict[str, int]
    rejected: dict[str, int]
    speakers: int
    unknown_speakers: int
    emotions: dict[str, int]
    splits: dict[str, int]
    split_policy: str
    speakers_in_two_splits: list[str]
    leaks: list[str]
    expected: int | None
    clipped_ratings: int
    compared: list[CountComparison]
    source: str
    missing: dict[str, Sample]
    examples: dict[str, list[str]] = field(default_factory=dict)
    passed_over: dict[str, Sample] = field(default_factory=dict)
    encodings: dict[str, dict[str, Sample]] = field(default_factory=dict)
    spellings: list[list[str]] = field(default_factory=list)
    agreement: dict[str, Agreement] = field(default_factory=dict)
    unknown_answers: Sample = field(default_factory=lambda: Sample(0, []))
    conflicting_labels: Sample = field(default_factory=lambda: Sample(0, []))
    namespace_speakers: dict[str, list[str]] = field(default_factory=dict)
    split_warnings: list[str] = field(default_factory=list)

    @property
    def mismatches(self) -> list[CountComparison]:
        """Published counts that differ from what was found."""
        return [count for count in self.compared if count.differs]


def check_corpus(spec: CorpusSpec, indexed: IndexedCorpus) -> CorpusCheck:
    """Counts a corpus and compares it with what its spec expects."""
    utterances = indexed.utterances
    usable = [utterance for utterance in utterances if utterance.dropped is None]
    emotions = Counter(utterance.emotion for utterance in usable if utterance.emotion)
    speakers = _splits_by_speaker(usable)
    published = spec.expected.nearest(len(usable))
    return CorpusCheck(
        corpus=spec.id,
        found=len(utterances),
        usable=len(usable),
        excluded=count_reasons(utterances, "excluded"),
        rejected=count_reasons(utterances, "rejected"),
        speakers=len(speakers),
        unknown_speakers=sum(utterance.speaker is None for utterance in usable),
        emotions=dict(sorted(emotions.items())),
        splits=dict(count_by_split(usable)),
        split_policy=spec.splits.describe(),
        speakers_in_two_splits=sorted(s for s, splits in speakers.items() if len(splits) > 1),
        leaks=sorted(s for s, splits in speakers.items() if not spec.splits.allows(splits)),
        expected=published.utterances,
        clipped_ratings=sum(is_clipped(utterance, spec) for utterance in usable),
        compared=compare_counts(published, len(usable), len(speakers), emotions),
        source=published.source,
        missing={table: Sample.of(rows) for table, rows in indexed.missing.items()},
        examples=_examples_by_reason(utterances),
        passed_over=indexed.notes.passed_over,
        encodings=indexed.notes.encodings,
        spellings=find_spellings(speakers),
        agreement=agreements(tally_answers(utterances, spec.codes)),
        unknown_answers=_unknown_answers(utterances, spec),
        conflicting_labels=Sample.of(_conflicting_labels(utterances)),
        namespace_speakers={speaker: sorted(splits) for speaker, splits in sorted(speakers.items())}
        if spec.namespace
        else {},
        split_warnings=_split_warnings(usable, speakers),
    )


def _conflicting_labels(utterances: Iterable[Utterance]) -> list[str]:
    """Each recording with several labels: its clips, or copies, and their labels."""
    dropped = (to_reject_row(one, one.dropped) for one in utterances if one.dropped)
    return [
        ", ".join(f"{clip} {label}" for clip, label in conflict.clips.items())
        for conflict in find_disputed(dropped)
    ]


def _split_warnings(
    usable: Iterable[Utterance], speakers: Mapping[str, Collection[str]]
) -> list[str]:
    """Warnings about splits on which scores mean little."""
    classes: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    for utterance in usable:
        if utterance.split and utterance.label is not None:
            classes[utterance.split][CLASSES[utterance.label]] += 1
    known = Counter(split for splits in speakers.values() for split in splits)
    return list(warn_of_splits(classes, known))


def _unknown_answers(utterances: Iterable[Utterance], spec: CorpusSpec) -> Sample:
    """Codes of raters that the spec does not know, the most frequent first, and their number."""
    named = (code for u in utterances for answer in u.raters for code in answer.emotions)
    unknown = Counter(code for code in named if code not in spec.codes)
    often = sorted(unknown, key=lambda code: (-unknown[code], code))
    return Sample(unknown.total(), often[:SHOWN])


def _splits_by_speaker(utterances: Iterable[Utterance]) -> dict[str, set[str]]:
    splits: dict[str, set[str]] = {}
    for utterance in utterances:
        if utterance.speaker:
            splits.setdefault(utterance.speaker, set()).add(utterance.split or "")
    return splits


def _examples_by_reason(utterances: Iterable[Utterance]) -> dict[str, list[str]]:
    """The first few rejected clips of every reason, with what was found and expected."""
    examples: dict[str, list[str]] = {}
    for utterance in utterances:
        if utterance.dropped and utterance.status == "rejected":
            clips = examples.setdefault(utterance.dropped.reason, [])
            if len(clips) < SHOWN:
                clips.append(f"{utterance.source_path}: {utterance.dropped.detail}")
    return examples
