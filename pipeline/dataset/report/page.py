"""The report: one page about a dataset that needs nothing but a browser."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.common.count import clock
from pipeline.dataset.duplicates.pair_table import read_pairs
from pipeline.dataset.manifest import BIN, SPLIT_PAIRS, Manifest, require_manifest
from pipeline.dataset.rejects import LeftOut, read_left_out
from pipeline.dataset.report.listening import NOTHING, Listening, find_listening
from pipeline.dataset.report.pairs import NO_PAIRS, PairsToHear, find_pairs
from pipeline.dataset.report.removed_audio import read_removed_audio
from pipeline.dataset.report.summary import (
    Totals,
    assurances,
    class_parts,
    count_emotions,
    durations,
    headline,
    hours,
    remarks,
    show_run,
    split_parts,
)
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
from pipeline.pages.environment import page_environment
from pipeline.pages.excerpts import WithAudio
from pipeline.schema.record import CLASSES, DIMENSIONS, SPLITS
from pipeline.storage import files as storage
from pipeline.storage import is_remote

_COLUMNS = (
    *("id", "corpus", "split", "language", "speaker", "gender", "age", "text", "duration"),
    *("emotion", "label", "label_native", *DIMENSIONS, "flags", "gain_db"),
)
"""Columns that the page shows; every build reads each of them."""

_REMARKS = 12  # that are shown at once
_RUNS = 20  # that the page lists
_DUPLICATES = 50  # groups that the page lists
_EMOTIONS = 16  # that get a bar
_FOLDS = 100  # of a corpus and protocol that the page lists
_HEAT = 14  # emotions that get a column
_OPEN = 10  # corpora whose clips are shown at once; of more, each is opened by a click


@dataclass(frozen=True)
class ReportRows:
    """What a report shows of single rows.

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
"""A report for which shards are not read."""


def report_path(output: str) -> str:
    """Path or URL of a dataset's report."""
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
        manifest: Manifest of the dataset, if it is known already.
        with_audio: Corpora that can be heard on the page.
        from_shards: Whether shards are read: for clips to hear, speakers, ratings and texts. None:
            if the dataset lies on this machine.

    Returns:
        Path or URL of the report.

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
    """What a report shows of single rows; reads the metadata of all, and the audio of some.

    Args:
        output: The dataset folder.
        manifest: Manifest of the dataset.
        with_audio: Corpora that can be heard.
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
        manifest: Manifest of the dataset.
        left_out: Clips left out, from :func:`pipeline.dataset.rejects.read_left_out`.
        runs: Runs to list, the oldest first.
        rows: Rows from :func:`read_rows`.
        shortcuts: Latest shortcuts; None if they were never measured.
    """
    environment = page_environment("pipeline.dataset.report")
    environment.filters |= {"hours": hours, "clock": clock, "db": _gain}
    environment.globals |= {"class_parts": class_parts, "split_parts": split_parts}
    emotions = {name: corpus.emotions for name, corpus in manifest.corpora.items()}
    heat_columns, heat = emotion_heat(emotions, _HEAT)
    totals = Totals.of(manifest)
    page: str = environment.get_template("report.html.jinja").render(
        manifest=manifest,
        corpora=list(manifest.corpora.items()),
        rated=[(name, corpus) for name, corpus in manifest.corpora.items() if corpus.agreement],
        headline=headline(manifest, totals),
        assurances=assurances(manifest),
        total=totals,
        remarks=remarks(manifest),
        emotions=count_emotions(manifest),
        bin=BIN,
        durations=durations(manifest),
        left_out=left_out,
        shortcuts=shortcuts,
        shortcuts_are_old=shortcuts is not None and shortcuts.audio != shards_checksum(manifest),
        runs=[show_run(run) for run in reversed(runs)],
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


def _gain(decibels: float) -> str:
    return f"{decibels:+z.1f}"
