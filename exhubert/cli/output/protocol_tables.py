"""The tables of protocols: their folds, and what leaks between the parts of each."""

from collections.abc import Iterator, Mapping

from exhubert.cli.output.console import OUT
from exhubert.cli.output.fitted_table import known, numbers, print_table, words
from pipeline.common.count import count
from pipeline.splits.protocols.label_sets import MEANINGS
from pipeline.splits.protocols.statement import CorpusFolds, FoldFacts, ProtocolStatement


def print_protocols(statements: Mapping[str, ProtocolStatement]) -> None:
    """Summary of protocols: a row for each corpus of each, then leaks, and who has no folds."""
    groups = [
        words("protocol", "corpus"),
        numbers("folds", "clips", "classes", "smallest test", "largest test"),
        numbers("speakers shared", "audio shared", "near-duplicates shared"),
    ]
    rows = [
        [name, corpus, *_summary(entry)]
        for name, statement in statements.items()
        for corpus, entry in statement.corpora.items()
    ]
    print_table(OUT, groups, rows)
    for name, statement in statements.items():
        OUT.print(f"{name}: {statement.rule}", soft_wrap=True)
        for line in leak_remarks(statement):
            OUT.print(f"    {line}", soft_wrap=True)
    OUT.print("every fold, and what is missing in it: exhubert protocols DATASET --show NAME")


def print_folds(name: str, statement: ProtocolStatement) -> None:
    """Every fold of a protocol, then what leaks."""
    groups = [
        words("corpus", "fold"),
        numbers("train", "validation", "test", "published"),
        numbers("test speakers", "speakers shared", "audio shared", "near-duplicates shared"),
        words("held out"),
    ]
    rows = [
        [
            corpus,
            fold.name,
            f"{fold.train:,}",
            f"{fold.validation:,}" if fold.validation else "–",
            f"{fold.test:,}",
            f"{fold.published['test']:,}" if "test" in fold.published else "–",
            f"{fold.test_speakers:,}",
            f"{fold.shared_speakers:,}",
            f"{fold.shared_audio:,}",
            known(fold.shared_recordings),
            ", ".join(fold.held_out[:6]) + (", …" if len(fold.held_out) > 6 else ""),
        ]
        for corpus, entry in statement.corpora.items()
        for fold in entry.folds
    ]
    OUT.print(f"{name}: {statement.rule}", soft_wrap=True)
    print_table(OUT, groups, rows)
    for corpus, entry in statement.corpora.items():
        OUT.print(f"{corpus}: {MEANINGS[entry.labels]}: {', '.join(entry.classes)}", soft_wrap=True)
    for line in protocol_remarks(statement):
        OUT.print(line, soft_wrap=True)


def protocol_remarks(statement: ProtocolStatement) -> Iterator[str]:
    """What a reader must know beside the numbers: leaks, and what is missing in folds."""
    yield from leak_remarks(statement)
    for corpus, entry in statement.corpora.items():
        yield from (f"{corpus}: {line}" for line in _gaps(entry))


def leak_remarks(statement: ProtocolStatement) -> Iterator[str]:
    """What leaks from training into test, and which corpora have no folds."""
    for corpus, entry in statement.corpora.items():
        yield from (f"{corpus}: {line}" for line in _leaks(entry))
    for corpus, why in statement.left_out.items():
        yield f"{corpus}: no folds: {why}"


def _leaks(entry: CorpusFolds) -> Iterator[str]:
    folds = entry.folds
    if leaky := sum(fold.shared_speakers > 0 for fold in folds):
        most = count(entry.shared_speakers, "speaker")
        where = f"in {leaky} of {count(len(folds), 'fold')}"
        yield f"NOT speaker-independent: up to {most} in train and test, {where}"
    if leaky := sum(fold.shared_audio > 0 for fold in folds):
        most = count(entry.shared_audio, "sound")
        yield f"up to {most} in train and test, in {leaky} of {count(len(folds), 'fold')}"
    if leaky := sum(bool(fold.shared_recordings) for fold in folds):
        most = count(entry.shared_recordings or 0, "recording")
        where = f"in {leaky} of {count(len(folds), 'fold')}"
        yield f"up to {most} in train and, in another form, in test, {where}"
    if unknown := max(fold.unknown_speakers for fold in folds):
        yield f"{count(unknown, 'test clip')} of unknown speakers: independence can't be checked"


def _gaps(entry: CorpusFolds) -> Iterator[str]:
    folds = entry.folds
    if missing := max(fold.missing for fold in folds):
        yield f"up to {count(missing, 'published test clip')} missing from the dataset"
    if differ := [line for fold in folds if (line := _difference(fold))]:
        more = f" ({differ[0]})" if len(differ) == 1 else f" (first {differ[0]})"
        yield f"{count(len(differ), 'fold')} of other sizes than published{more}"
    if absent := [(fold.name, name) for fold in folds for name in fold.absent]:
        named = ", ".join(f"{name} in {fold}" for fold, name in absent[:5])
        yield f"classes without a test clip: {named}{', …' if len(absent) > 5 else ''}"
    if few := [fold.name for fold in folds if fold.test_speakers == 1]:
        yield f"one test speaker in {len(few)} of {count(len(folds), 'fold')}"
    if entry.note:
        yield entry.note


def _difference(fold: FoldFacts) -> str:
    """In which parts a fold has not as many clips as published; empty where in none."""
    found = {"train": fold.train, "validation": fold.validation, "test": fold.test}
    differ = [
        f"{part} {found[part]:,}, not {clips:,}"
        for part, clips in fold.published.items()
        if found[part] != clips
    ]
    return f"fold {fold.name}: {', '.join(differ)}" if differ else ""


def _summary(entry: CorpusFolds) -> Iterator[str]:
    numbers_shown = (
        *(len(entry.folds), entry.clips, len(entry.classes)),
        *(entry.smallest_test, entry.largest_test, entry.shared_speakers, entry.shared_audio),
    )
    yield from (f"{number:,}" for number in numbers_shown)
    yield known(entry.shared_recordings)
