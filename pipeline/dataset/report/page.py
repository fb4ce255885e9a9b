"""The report: one page about a dataset that needs nothing but a browser."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import pyarrow.parquet as pq

from pipeline.common.count import count
from pipeline.dataset.duplicates.pair_table import read_pairs
from pipeline.dataset.manifest import BIN, SPLIT_PAIRS, CorpusManifest, Manifest, require_manifest
from pipeline.dataset.report.listening import NOTHING, Listening, WithAudio, find_listening
from pipeline.dataset.report.pairs import NO_PAIRS, PairsToHear, find_pairs
from pipeline.dataset.report.removed_audio import read_removed_audio
from pipeline.dataset.report.tables import (
    GRID,
    RatingPlane,
    SpeakerTable,
    TextFacts,
    emotion_heat,
    rating_planes,
    speaker_tables,
    text_facts,
)
from pipeline.dataset.run_log import Run, read_runs
from pipeline.dataset.selection import find_rows
from pipeline.dataset.shortcuts import Shortcuts, read_shortcuts, shards_checksum
from pipeline.index.corpus_notes import describe_notes
from pipeline.pages.kit import number, page_environment
from pipeline.schema.record import CLASSES, DIMENSIONS, SPLITS
from pipeline.storage import files as storage
from pipeline.storage import is_remote

_COLUMNS = (
    *("id", "corpus", "split", "language", "speaker", "gender", "age", "text", "duration"),
    *("emotion", "label", "label_native", *DIMENSIONS, "flags", "gain_db"),
)
"""What the page shows of single rows; each column costs every build its reading."""

_EXAMPLES = 3  # of every reason
_REMARKS = 12  # that are shown at once
_RUNS = 20  # that the page lists
_DUPLICATES = 50  # groups that the page lists
_EMOTIONS = 16  # that get a bar
_FOLDS = 100  # of a corpus and protocol that the page lists
_HEAT = 14  # emotions that get a column
_OPEN = 10  # corpora whose clips are shown at once; of more, each is opened by a click


@dataclass(frozen=True)
class LeftOut:
    """Clips of a corpus that were left out for one reason.

    Attributes:
        examples: Path and detail of the first few.
    """

    corpus: str
    status: str
    reason: str
    clips: int
    examples: list[tuple[str, str]]


@dataclass(frozen=True)
class ReportRows:
    """What a report tells of single rows.

    Attributes:
        listening: Clips to hear.
        pairs: Clips that hold one recording, to hear side by side.
        speakers: Corpus → its speakers.
        ratings: Corpus → its ratings; none of those without any.
        texts: Corpus → what is known of texts, ages and languages.
    """

    listening: Listening
    pairs: PairsToHear
    speakers: dict[str, SpeakerTable]
    ratings: dict[str, RatingPlane]
    texts: dict[str, TextFacts]


NO_ROWS = ReportRows(NOTHING, NO_PAIRS, {}, {}, {})
"""Where shards are not read."""


def report_path(output: str) -> str:
    """Where a dataset's report lies."""
    return storage.join(output, "report.html")


def write_report(
    output: str,
    manifest: Manifest | None = None,
    with_audio: WithAudio = "redistributable",
    from_shards: bool | None = None,
) -> str:
    """Writes the report of a dataset from its manifest, rejects and log, and from its shards.

    Args:
        output: The dataset folder.
        manifest: What its manifest says, if that is known already.
        with_audio: Which corpora can be heard on the page.
        from_shards: Whether shards are read: for clips to hear, speakers, ratings and texts. None
            where the dataset lies on this machine.

    Returns:
        Where it lies.

    Raises:
        UsageError: There is no dataset.
        DataError: A shard is missing or damaged.
    """
    runs, shortcuts = read_runs(output, _RUNS), read_shortcuts(output)
    manifest = manifest or require_manifest(output)
    if from_shards is None:
        from_shards = not is_remote(output)
    rows = read_rows(output, manifest, with_audio) if from_shards else NO_ROWS
    page = make_report(manifest, read_left_out(output), runs, rows, shortcuts)
    storage.write_atomic(report_path(output), page.encode())
    return report_path(output)


def read_rows(output: str, manifest: Manifest, with_audio: WithAudio) -> ReportRows:
    """What a report tells of single rows; reads the metadata of all, and the audio of some.

    Args:
        output: The dataset folder.
        manifest: Its manifest.
        with_audio: Which corpora can be heard.
    """
    rows = find_rows(output, manifest, columns=_COLUMNS)
    listening = find_listening(output, manifest, rows, with_audio)
    return ReportRows(
        listening,
        find_pairs(output, read_pairs(output).pairs, rows, listening, read_removed_audio(output)),
        speaker_tables(rows),
        rating_planes(rows),
        text_facts(rows),
    )


def make_report(
    manifest: Manifest,
    left_out: Sequence[LeftOut],
    runs: Sequence[Run],
    rows: ReportRows = NO_ROWS,
    shortcuts: Shortcuts | None = None,
) -> str:
    """The page.

    Args:
        manifest: Of the dataset.
        left_out: As :func:`read_left_out` gives it.
        runs: To be listed, the oldest first.
        rows: From :func:`read_rows`.
        shortcuts: As they were measured last; None where they never were.
    """
    environment = page_environment("pipeline.dataset.report")
    environment.filters |= {"hours": _hours, "clock": _clock, "db": _gain}
    environment.globals |= {"class_parts": _class_parts, "split_parts": _split_parts}
    emotions = {name: corpus.emotions for name, corpus in manifest.corpora.items()}
    heat_columns, heat = emotion_heat(emotions, _HEAT)
    corpora = manifest.corpora.values()
    total = _total(manifest)
    page: str = environment.get_template("report.html.jinja").render(
        manifest=manifest,
        corpora=list(manifest.corpora.items()),
        rated=[(name, corpus) for name, corpus in manifest.corpora.items() if corpus.agreement],
        headline=_headline(manifest, total),
        assurances=_assurances(manifest),
        total=total,
        remarks=_remarks(manifest),
        emotions=_emotions(manifest),
        bin=BIN,
        durations=_add_counts(corpus.durations.counts for corpus in corpora),
        left_out=left_out,
        shortcuts=shortcuts,
        shortcuts_are_old=shortcuts is not None and shortcuts.audio != shards_checksum(manifest),
        runs=[_show_run(run) for run in reversed(runs)],
        splits=SPLITS,
        classes=CLASSES,
        pairs=SPLIT_PAIRS,
        most_duplicates=_DUPLICATES,
        rows=rows,
        heat=heat,
        heat_columns=heat_columns,
        grid=GRID,
        open_corpora=len(manifest.corpora) <= _OPEN,
        most_emotions=_EMOTIONS,
        most_folds=_FOLDS,
        most_remarks=_REMARKS,
    )
    return page.lstrip()


def read_left_out(output: str) -> list[LeftOut]:
    """Clips that were left out, by corpus, status and reason, with the first few of each."""
    content = storage.read(storage.join(output, "rejects.parquet"))
    if not content:
        return []
    rows = pq.read_table(io.BytesIO(content)).to_pandas()
    return [
        LeftOut(
            corpus=corpus,
            status=status,
            reason=reason,
            clips=len(part),
            examples=list(zip(part["source_path"], part["detail"], strict=True))[:_EXAMPLES],
        )
        for (corpus, status, reason), part in rows.groupby(["corpus", "status", "reason"])
    ]


def _total(manifest: Manifest) -> SimpleNamespace:
    corpora = manifest.corpora.values()
    return SimpleNamespace(
        found=sum(corpus.found for corpus in corpora),
        excluded=sum(sum(corpus.excluded.values()) for corpus in corpora),
        rejected=sum(sum(corpus.rejected.values()) for corpus in corpora),
        speakers=manifest.speakers,
        unknown_speakers=sum(corpus.unknown_speakers for corpus in corpora),
        labels={name: sum(corpus.labels[name] for corpus in corpora) for name in CLASSES},
    )


def _headline(manifest: Manifest, total: SimpleNamespace) -> list[tuple[str, str]]:
    languages = {code.split("-")[0] for c in manifest.corpora.values() for code in c.languages}
    return [
        ("utterances", number(manifest.written)),
        ("hours", _hours(manifest.hours)),
        ("corpus" if len(manifest.corpora) == 1 else "corpora", number(len(manifest.corpora))),
        ("speakers", number(total.speakers)),
        ("languages", number(len(languages))),
        ("left out", number(total.excluded + total.rejected)),
    ]


def _assurances(manifest: Manifest) -> list[tuple[bool, str]]:
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


def _remarks(manifest: Manifest) -> list[tuple[str, str]]:
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


def _emotions(manifest: Manifest) -> list[tuple[str, int, str]]:
    """Emotions, their clips and corpora, the most frequent first."""
    clips: Counter[str] = Counter()
    corpora: Counter[str] = Counter()
    for corpus in manifest.corpora.values():
        clips.update(corpus.emotions)
        corpora.update(corpus.emotions.keys())
    ordered = sorted(clips.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (emotion, number, count(corpora[emotion], "corpus", "corpora"))
        for emotion, number in ordered
    ]


def _class_parts(labels: dict[str, int], utterances: int) -> list[tuple[str, str, int]]:
    parts = [(name.replace("_", " "), name.replace("_", "-"), labels[name]) for name in CLASSES]
    return [*parts, ("without a class", "unlabelled", utterances - sum(labels.values()))]


def _split_parts(corpus: CorpusManifest) -> list[tuple[str, str, int]]:
    return [(split, split, corpus.splits[split].utterances) for split in SPLITS]


def _show_run(run: Run) -> dict[str, object]:
    parts = run.corpora.values()
    counted = all(part.decoded is not None for part in parts) and run.corpora
    return dict(run) | {
        "decoded": sum(part.decoded or 0 for part in parts) if counted else None,
        "reused": sum(part.reused or 0 for part in parts) if counted else None,
    }


def _add_counts(parts: Iterable[list[int]]) -> list[int]:
    """Sum of histograms, bin by bin."""
    return [sum(bins) for bins in zip(*(part for part in parts if part), strict=True)]


def _hours(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


def _gain(decibels: float) -> str:
    return f"{decibels:+z.1f}"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
