"""The tables of corpora and datasets that commands print for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from exhubert.cli.output.console import OUT
from exhubert.cli.output.finding_tables import describe_shared, print_findings
from exhubert.cli.output.fitted_table import numbers, print_table, words
from pipeline.common.count import count
from pipeline.common.foreign_text import one_line
from pipeline.index.corpus_notes import CorpusNotes, describe_notes
from pipeline.labels import LabelMapping, label_map
from pipeline.schema.record import CLASSES, SPLITS
from pipeline.specs.collections import collections_of
from pipeline.specs.corpus_spec import CorpusSpec
from pipeline.specs.emotion_scheme import EmotionScheme

if TYPE_CHECKING:  # the check and the manifest bring pyarrow and Beam with them
    from pipeline.checks.build_preview import Preview
    from pipeline.checks.corpus_check import CorpusCheck
    from pipeline.dataset.manifest import CorpusManifest, Manifest
    from pipeline.dataset.run_log import Run
    from pipeline.raters.agreement import Agreement


def print_corpus(spec: CorpusSpec, scheme: EmotionScheme) -> None:
    """Everything a spec says that a user of the corpus wants to know."""
    OUT.print(Text.assemble((spec.name, "bold"), f" ({spec.id})"))
    table = Table(show_header=False, box=None, pad_edge=False)
    for label, value in _facts(spec).items():
        table.add_row(Text(label, "dim"), value)
    OUT.print(table)
    if lines := label_map(spec, scheme):
        print_label_map(lines, scheme)
    for quirk in spec.quirks:
        OUT.print(f"- {quirk}")


def print_label_map(lines: Sequence[LabelMapping], scheme: EmotionScheme) -> None:
    """Table of native codes and what becomes of them, then the sources by name."""
    rows = [
        [
            line.corpus,
            line.code,
            line.meaning or "",
            line.emotion or f"excluded: {line.excluded}",
            line.class_name or _part_of_class(line),
            ", ".join(line.sources),
        ]
        for line in lines
    ]
    groups = [words("corpus", "code"), words("meaning", "category", "class", "sources")]
    print_table(OUT, groups, rows)
    for name in sorted({source for line in lines for source in line.sources} - {"spec"}):
        OUT.print(f"{name}: {scheme.sources[name]}", soft_wrap=True)


def _part_of_class(line: LabelMapping) -> str:
    """What is known of a class of which a part is not."""
    parts = {"arousal": line.arousal_class, "valence": line.valence_class}
    return ", ".join(f"{part} {name}" for name, part in parts.items() if part)


def print_emotions(scheme: EmotionScheme) -> None:
    """Table of the shared categories, then their sources by name."""
    rows = [
        [emotion, category.class_name, ", ".join(category.sources), category.note or ""]
        for emotion, category in scheme.emotions.items()
    ]
    print_table(OUT, [words("category", "class"), words("sources"), words("note")], rows)
    for name, source in scheme.sources.items():
        OUT.print(f"{name}: {source}", soft_wrap=True)


def print_checks(checks: "Sequence[CorpusCheck]", partial: bool = False) -> None:
    """Table of checked corpora, then how each is split, and everything that needs attention."""
    from pipeline.checks.shared_speakers import find_shared_speakers

    groups = [
        words("corpus"),
        numbers("found", "usable", "excluded", "rejected", "speakers"),
        numbers(*SPLITS, "in two splits"),
    ]
    rows = [
        [
            check.corpus,
            _count(check.found),
            _count(check.usable),
            _count(sum(check.excluded.values())),
            _count(sum(check.rejected.values())),
            _count(check.speakers),
            *(_count(check.splits.get(split, 0)) for split in SPLITS),
            _count(len(check.speakers_in_two_splits)),
        ]
        for check in checks
    ]
    print_table(OUT, groups, rows)
    for check in checks:
        OUT.print(f"{check.corpus}: splits {check.split_policy}", soft_wrap=True)
    for check in checks:
        for line in _attention(check, partial):
            OUT.print(one_line(line), soft_wrap=True)
    for shared in find_shared_speakers(checks):
        for line in describe_shared(shared):
            OUT.print(one_line(line), soft_wrap=True)


def _attention(check: "CorpusCheck", partial: bool) -> Iterator[str]:
    """Lines about a checked corpus: what is not used and why, what differs from the published."""
    for reason, number in {**check.excluded, **check.rejected}.items():
        yield f"{check.corpus}: {reason} {number:,}"
        yield from (f"    {example}" for example in check.examples.get(reason, []))
    if check.compared and not partial:
        yield f"{check.corpus}: found/published: {', '.join(map(str, check.compared))}"
    for leak in check.leaks:
        yield f"{check.corpus}: speaker {leak} stands in test and in another split"
    if conflicts := check.conflicting_labels.count:
        named = "; ".join(check.conflicting_labels.first)
        yield f"{check.corpus}: conflicting labels of {count(conflicts, 'recording')}: {named}"
    if check.clipped_ratings:
        clips = count(check.clipped_ratings, "clip")
        yield f"{check.corpus}: {clips} rated outside the scale, cut to it"
    yield from (f"{check.corpus}: {line}" for line in check.split_warnings)
    notes = CorpusNotes(check.passed_over, check.encodings)
    for line in describe_notes(notes, check.spellings):
        yield f"{check.corpus}: {line}"
    if check.agreement:
        yield f"{check.corpus}: {describe_agreement(check.agreement)}"
    if unknown := check.unknown_answers.count:
        answers = f"{count(unknown, 'answer')} of raters with a code that the spec does not know"
        yield f"{check.corpus}: {answers}: {', '.join(map(repr, check.unknown_answers.first))}"
    if partial:
        if check.mismatches:
            whole = "–" if check.expected is None else f"{check.expected:,}"
            yield f"{check.corpus}: partial, {check.usable:,} of {whole} utterances"
        return
    for table, missing in check.missing.items():
        named = ", ".join(missing.first) + (", …" if missing.count > len(missing.first) else "")
        rows = count(missing.count, "row")
        yield f"{check.corpus}: table {table}: {rows} without a clip: {named}"
    if check.mismatches:
        yield f"    expected counts as of: {check.source}"


def describe_agreement(agreement: "Mapping[str, Agreement]") -> str:
    """How far raters agree, as one line."""
    parts = [
        f"{what} {'–' if found.alpha is None else f'{found.alpha:z.3f}'} ({found.level}, "
        f"{count(found.utterances, 'utterance')} of {found.answers / found.utterances:.1f} raters)"
        for what, found in agreement.items()
    ]
    return f"Krippendorff's α of raters: {', '.join(parts)}"


def print_preview(preview: "Preview") -> None:
    """Table of what a build would write, what it would reuse, and what it would read."""
    groups = [
        words("corpus"),
        numbers("found", "to write", "excluded", "rejected"),
        numbers(*SPLITS),
        numbers("shards", "as they are", "relabelled", "from audio", "to read"),
    ]
    rows = []
    for corpus in preview.corpora:
        parts = (corpus.reused, corpus.relabelled, corpus.decoded)
        rows.append(
            [
                corpus.corpus,
                _count(corpus.found),
                _count(corpus.to_write),
                _count(sum(corpus.excluded.values())),
                _count(sum(corpus.rejected.values())),
                *(
                    f"{_count(corpus.splits[split].utterances)} "
                    f"({_count(corpus.splits[split].speakers)} sp.)"
                    for split in SPLITS
                ),
                _count(sum(part.shards for part in parts)),
                *(f"{_count(part.utterances)} ({part.shards})" for part in parts),
                decimal(corpus.bytes_to_read),
            ]
        )
    print_table(OUT, groups, rows)
    for corpus in preview.corpora:
        _print_left_out(corpus.corpus, corpus.excluded, corpus.rejected)
    for corpus in preview.corpora:
        if differing := ", ".join(str(one) for one in corpus.compared if one.differs):
            OUT.print(f"{corpus.corpus}: found/published differ: {differing}", soft_wrap=True)
    corpora = preview.corpora
    to_read = decimal(sum(corpus.bytes_to_read for corpus in corpora))
    OUT.print(
        f"Clips: {_count(sum(corpus.reused.utterances for corpus in corpora))} would stay as they "
        f"are, {_count(sum(corpus.relabelled.utterances for corpus in corpora))} keep their audio "
        f"and get other labels, {_count(sum(corpus.decoded.utterances for corpus in corpora))} are "
        f"decoded from {to_read}; shards in brackets. Hours, and what the audio itself gives "
        "reason to reject, are not known before it is decoded."
    )
    if stale := sum(corpus.stale for corpus in corpora):
        OUT.print(f"{count(stale, 'shard')} of an earlier build would be removed.")
    if preview.kept:
        OUT.print(f"Not built, and kept as they are: {', '.join(preview.kept)}")
    OUT.print(f"Nothing was written to {preview.output}", soft_wrap=True)


def print_manifest(manifest: "Manifest", output: str) -> None:
    """Tables of a built dataset: accounts, hours, speakers, splits and classes by corpus."""
    groups = [
        words("corpus"),
        numbers("found", "written", "excluded", "rejected", "h", "speakers"),
        numbers(*SPLITS),
    ]
    accounts, classes = [], []
    for name, corpus in manifest.corpora.items():
        accounts.append(
            [
                name,
                _count(corpus.found),
                _count(corpus.written),
                _count(sum(corpus.excluded.values())),
                _count(sum(corpus.rejected.values())),
                f"{corpus.hours:.3f}",
                _count(corpus.speakers),
                *(_count(corpus.splits[split].utterances) for split in SPLITS),
            ]
        )
        classes.append([name, *(_count(corpus.labels[label]) for label in CLASSES)])
    print_table(OUT, groups, accounts)
    for name, corpus in manifest.corpora.items():
        _print_left_out(name, corpus.excluded, corpus.rejected)
    class_names = (name.replace("_", "\n") for name in CLASSES)
    print_table(OUT, [words("corpus"), numbers(*class_names)], classes)
    shared = sum(corpus.speakers_in_two_splits for corpus in manifest.corpora.values())
    OUT.print(
        f"{count(manifest.written, 'utterance')}, {manifest.hours:.3f} h; "
        f"speakers in two splits: {shared}; groups of equal audio: {len(manifest.duplicates)}"
    )
    for group in manifest.duplicates:
        OUT.print(one_line(f"    equal audio: {', '.join(group)}"), soft_wrap=True)
    print_findings(manifest)
    for name, corpus in manifest.corpora.items():
        for line in _about_corpus(name, corpus):
            OUT.print(one_line(line), soft_wrap=True)
    OUT.print(one_line(f"{manifest.title}, version {manifest.version}"), soft_wrap=True)
    OUT.print(f"dataset: {output}", soft_wrap=True)


def _about_corpus(name: str, corpus: "CorpusManifest") -> Iterator[str]:
    """What else there is to say of a built corpus: is it whole, and whose spec is it by."""
    usable, published = corpus.usable, corpus.published
    if usable is not None and published is not None and usable != published:
        yield f"{name}: {usable:,} of {published:,} published utterances"
    for line in [*corpus.split_warnings, *describe_notes(corpus.notes, corpus.spellings)]:
        yield f"{name}: {line}"
    if corpus.agreement:
        yield f"{name}: {describe_agreement(corpus.agreement)}"
    if corpus.own_spec:
        yield f"{name}: by a spec of your own, kept as specs/{name}.yaml"


def print_runs(runs: "Sequence[Run]") -> None:
    """Table of the runs that made a dataset, then the command of each."""
    groups = [
        words("started (UTC)"),
        [*numbers("s"), *words("status"), *numbers("corpora", "decoded", "reused")],
        words("runner"),
    ]
    rows = []
    for run in runs:
        parts = run.corpora.values()
        told = [part for part in parts if part.decoded is not None]
        rows.append(
            [
                run.started[:19].replace("T", " "),
                "–" if run.seconds is None else f"{run.seconds:,.1f}",
                _status(run),
                _count(len(parts)),
                _count(sum(part.decoded or 0 for part in told) if told else None),
                _count(sum(part.reused or 0 for part in told) if told else None),
                run.runner + (f", {count(run.jobs, 'process', 'processes')}" if run.jobs else ""),
            ]
        )
    if runs:
        print_table(OUT, groups, rows)
    for run in runs:
        OUT.print(f"    {run.command}", soft_wrap=True)
        if run.error:
            OUT.print(f"        {run.error}", soft_wrap=True)


def _status(run: "Run") -> str:
    if run.ended is None:
        return "no end recorded"
    return "ok" if run.status == 0 else f"exit {run.status}"


def _print_left_out(corpus: str, excluded: Mapping[str, int], rejected: Mapping[str, int]) -> None:
    for what, reasons in (("excluded", excluded), ("rejected", rejected)):
        if reasons:
            words = ", ".join(f"{reason} {number:,}" for reason, number in reasons.items())
            OUT.print(f"{corpus}: {what}: {words}", soft_wrap=True)


def _facts(spec: CorpusSpec) -> Mapping[str, str]:
    facts = {
        "languages": ", ".join(spec.languages),
        "kind": spec.kind,
        "utterances": "; ".join(
            f"{_count(counts.utterances)} ({counts.source})"
            for counts in (spec.expected, *spec.expected.editions)
        ),
        "speakers": _count(spec.expected.speakers),
        "licence": " ".join(filter(None, [spec.licence.name, spec.licence.url])),
        "collections": ", ".join(collections_of(spec.id)),
        "protocols": ", ".join(spec.all_protocols),
        "access": " ".join(
            filter(None, [spec.access.how.replace("_", " "), spec.access.url, spec.access.note])
        ),
        "homepage": spec.homepage or "",
        "citation": spec.citation,
        "audio": ", ".join(spec.audio),
        "layout": spec.layout,
        "splits": spec.splits.describe(),
    }
    return {label: value for label, value in facts.items() if value}


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"
