"""The tables of corpora and datasets that commands print for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.filesize import decimal
from rich.table import Table

from exhubert.console import OUT
from pipeline.labels import EmotionScheme, LabelLine, label_map
from pipeline.schema import CLASSES, SPLITS
from pipeline.spec import CorpusSpec
from pipeline.splits import describe_policy

if TYPE_CHECKING:  # the check and the manifest bring pyarrow and Beam with them
    from pipeline.check import CorpusCheck
    from pipeline.manifest import Manifest
    from pipeline.preview import Preview
    from pipeline.runlog import Run


def print_corpora(specs: Sequence[CorpusSpec]) -> None:
    """Table of corpora: what each is, how large, on what terms."""
    table = _table("corpus", "name", "languages", ">utterances", ">speakers", ">classes")
    for heading in ("access", "licence", "layout"):
        table.add_column(heading)
    for spec in specs:
        table.add_row(
            spec.id,
            spec.name,
            ", ".join(spec.languages),
            _count(spec.expected.utterances),
            _count(spec.expected.speakers),
            str(len(set(spec.emotions.values()))),
            spec.access.how.replace("_", " "),
            spec.licence.name,
            spec.layout,
        )
    OUT.print(table)
    total = sum(spec.expected.utterances or 0 for spec in specs)
    OUT.print(f"{len(specs)} corpora, {total:,} utterances as published")


def print_corpus(spec: CorpusSpec, scheme: EmotionScheme) -> None:
    """Everything a spec says that a user of the corpus wants to know."""
    OUT.print(f"[bold]{spec.name}[/bold] ({spec.id})", highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    for label, value in _facts(spec).items():
        table.add_row(f"[dim]{label}[/dim]", value)
    OUT.print(table)
    print_label_map(label_map(spec, scheme), scheme)
    for quirk in spec.quirks:
        OUT.print(f"- {quirk}", highlight=False)


def print_label_map(lines: Sequence[LabelLine], scheme: EmotionScheme) -> None:
    """Table of native codes and what becomes of them, then the sources by name."""
    table = _table("corpus", "code", "meaning", "category", "class", "sources")
    for line in lines:
        table.add_row(
            line.corpus,
            line.code,
            line.meaning or "",
            line.emotion or f"excluded: {line.excluded}",
            line.class_name or "",
            ", ".join(line.sources),
        )
    OUT.print(table)
    for name in sorted({source for line in lines for source in line.sources} - {"spec"}):
        OUT.print(f"{name}: {scheme.sources[name]}", highlight=False, soft_wrap=True)


def print_checks(checks: "Sequence[CorpusCheck]", partial: bool = False) -> None:
    """Table of checked corpora, then everything that needs attention."""
    table = _table("corpus", ">found", ">usable", ">excluded", ">rejected", ">speakers")
    for heading in (*SPLITS, "in two splits"):
        table.add_column(heading, justify="right")
    table.add_column("splits")
    for check in checks:
        table.add_row(
            check.corpus,
            _count(check.found),
            _count(check.usable),
            _count(sum(check.excluded.values())),
            _count(sum(check.rejected.values())),
            _count(check.speakers),
            *(_count(check.splits.get(split, 0)) for split in SPLITS),
            _count(len(check.speakers_in_two_splits)),
            check.split_policy,
        )
    OUT.print(table)
    for check in checks:
        for line in _attention(check, partial):
            OUT.print(line, highlight=False, markup=False, soft_wrap=True)


def _attention(check: "CorpusCheck", partial: bool) -> Iterator[str]:
    """Lines about a checked corpus: what is not used and why, what differs from the published."""
    for reason, count in {**check.excluded, **check.rejected}.items():
        yield f"{check.corpus}: {reason} {count}"
        yield from (f"    {example}" for example in check.examples.get(reason, []))
    if check.compared and not partial:
        counts = (f"{c.what} {c.found:,}/{c.expected:,}" for c in check.compared)
        yield f"{check.corpus}: found/published: {', '.join(counts)}"
    for leak in check.leaks:
        yield f"{check.corpus}: speaker {leak} stands in test and in another split"
    if check.clipped_ratings:
        yield f"{check.corpus}: {check.clipped_ratings:,} clips rated outside the scale, cut to it"
    if partial:
        if check.mismatches:
            whole = "–" if check.expected is None else f"{check.expected:,}"
            yield f"{check.corpus}: partial, {check.usable:,} of {whole} utterances"
        return
    for table, missing in check.missing.items():
        named = ", ".join(missing.first) + (", …" if missing.count > len(missing.first) else "")
        yield f"{check.corpus}: table {table}: {missing.count:,} rows without a clip: {named}"
    if check.mismatches:
        yield f"    expected counts as of: {check.source}"


def print_preview(preview: "Preview") -> None:
    """Table of what a build would write, what it would reuse, and what it would read."""
    table = _table("corpus", ">found", ">to write", ">excluded", ">rejected")
    for heading in (*SPLITS, "shards", "as they are", "relabelled", "from audio", "to read"):
        table.add_column(heading, justify="right")
    for corpus in preview.corpora:
        parts = (corpus.reused, corpus.relabelled, corpus.decoded)
        table.add_row(
            corpus.corpus,
            _count(corpus.found),
            _count(corpus.to_write),
            _reasons(corpus.excluded),
            _reasons(corpus.rejected),
            *(
                f"{_count(corpus.splits[split].utterances)} "
                f"[dim]({_count(corpus.splits[split].speakers)} sp.)[/dim]"
                for split in SPLITS
            ),
            _count(sum(part.shards for part in parts)),
            *(f"{_count(part.utterances)} [dim]({part.shards})[/dim]" for part in parts),
            decimal(corpus.bytes_to_read),
        )
    OUT.print(table)
    corpora = preview.corpora
    to_read = decimal(sum(corpus.bytes_to_read for corpus in corpora))
    OUT.print(
        f"Clips: {_count(sum(corpus.reused.utterances for corpus in corpora))} would stay as they "
        f"are, {_count(sum(corpus.relabelled.utterances for corpus in corpora))} keep their audio "
        f"and get other labels, {_count(sum(corpus.decoded.utterances for corpus in corpora))} are "
        f"decoded from {to_read}; shards in brackets. Hours, and what the audio itself gives "
        "reason to reject, are not known before it is decoded.",
        highlight=False,
    )
    if stale := sum(corpus.stale for corpus in corpora):
        OUT.print(f"{stale:,} shards of an earlier build would be removed.", highlight=False)
    if preview.kept:
        OUT.print(f"Not built, and kept as they are: {', '.join(preview.kept)}", highlight=False)
    OUT.print(f"Nothing was written to {preview.output}", highlight=False, soft_wrap=True)


def print_manifest(manifest: "Manifest", output: str) -> None:
    """Table of a built dataset: accounts, hours, speakers, splits and classes by corpus."""
    accounts = _table("corpus", ">found", ">written", ">excluded", ">rejected", ">h", ">speakers")
    for split in SPLITS:
        accounts.add_column(split, justify="right")
    classes = _table("corpus", *(">" + name.replace("_", "\n") for name in CLASSES))
    for name, corpus in manifest.corpora.items():
        accounts.add_row(
            name,
            _count(corpus.found),
            _count(corpus.written),
            _reasons(corpus.excluded),
            _reasons(corpus.rejected),
            f"{corpus.hours:.3f}",
            _count(corpus.speakers),
            *(_count(corpus.splits[split].utterances) for split in SPLITS),
        )
        classes.add_row(name, *(_count(corpus.labels[label]) for label in CLASSES))
    OUT.print(accounts)
    OUT.print(classes)
    shared = sum(corpus.speakers_in_two_splits for corpus in manifest.corpora.values())
    OUT.print(
        f"{manifest.written:,} utterances, {manifest.hours:.3f} h; "
        f"speakers in two splits: {shared}; groups of equal audio: {len(manifest.duplicates)}",
        highlight=False,
    )
    for group in manifest.duplicates:
        OUT.print(f"    equal audio: {', '.join(group)}", highlight=False)
    OUT.print(f"dataset: {output}", highlight=False, soft_wrap=True)


def print_runs(runs: "Sequence[Run]") -> None:
    """Table of the runs that made a dataset, then the command of each."""
    table = _table("started (UTC)", ">s", "status", ">corpora", ">decoded", ">reused", "runner")
    for run in runs:
        parts = run.corpora.values()
        told = [part for part in parts if part.decoded is not None]
        table.add_row(
            run.started[:19].replace("T", " "),
            "–" if run.seconds is None else f"{run.seconds:,.1f}",
            "no end recorded" if run.ended is None else run.error or f"{run.status}",
            _count(len(parts)),
            _count(sum(part.decoded or 0 for part in told) if told else None),
            _count(sum(part.reused or 0 for part in told) if told else None),
            run.runner + (f", {run.jobs} processes" if run.jobs else ""),
        )
    if runs:
        OUT.print(table)
    for run in runs:
        OUT.print(f"    {run.command}", highlight=False, markup=False, soft_wrap=True)


def _facts(spec: CorpusSpec) -> Mapping[str, str]:
    facts = {
        "languages": ", ".join(spec.languages),
        "kind": spec.kind,
        "utterances": f"{_count(spec.expected.utterances)} ({spec.expected.source})",
        "speakers": _count(spec.expected.speakers),
        "licence": " ".join(filter(None, [spec.licence.name, spec.licence.url])),
        "access": " ".join(
            filter(None, [spec.access.how.replace("_", " "), spec.access.url, spec.access.note])
        ),
        "homepage": spec.homepage or "",
        "citation": spec.citation,
        "audio": ", ".join(spec.audio),
        "layout": spec.layout,
        "splits": describe_policy(spec),
    }
    return {label: value for label, value in facts.items() if value}


def _table(*headings: str) -> Table:
    """A table; a heading that starts with ``>`` is a column of numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading.removeprefix(">"), justify="right" if heading[0] == ">" else "left"
        )
    return table


def count(number: int, what: str) -> str:
    """A number of things, one or many.

    >>> count(1, "clip"), count(1200, "clip")
    ('1 clip', '1,200 clips')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _reasons(reasons: Mapping[str, int]) -> str:
    words: Iterable[str] = (f"{reason} {count}" for reason, count in reasons.items())
    return ", ".join(words) or "0"
