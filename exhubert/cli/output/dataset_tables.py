"""The tables of a dataset: what was built, and by which runs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from exhubert.cli.output.console import OUT
from exhubert.cli.output.finding_tables import describe_agreement, print_findings, print_left_out
from exhubert.cli.output.fitted_table import known, numbers, print_table, words
from pipeline.common.count import count
from pipeline.common.untrusted_text import one_line
from pipeline.index.corpus_notes import describe_notes
from pipeline.schema.record import CLASSES, SPLITS

if TYPE_CHECKING:  # they bring pyarrow with them
    from pipeline.dataset.manifest import CorpusManifest, Manifest
    from pipeline.dataset.run_log import Run


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
                known(corpus.found),
                known(corpus.written),
                known(sum(corpus.excluded.values())),
                known(sum(corpus.rejected.values())),
                f"{corpus.hours:.3f}",
                known(corpus.speakers),
                *(known(corpus.splits[split].utterances) for split in SPLITS),
            ]
        )
        classes.append([name, *(known(corpus.labels[label]) for label in CLASSES)])
    print_table(OUT, groups, accounts)
    for name, corpus in manifest.corpora.items():
        print_left_out(name, corpus.excluded, corpus.rejected)
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
        counted = [part for part in parts if part.decoded is not None]
        rows.append(
            [
                run.started[:19].replace("T", " "),
                "–" if run.seconds is None else f"{run.seconds:,.1f}",
                _status(run),
                known(len(parts)),
                known(sum(part.decoded or 0 for part in counted) if counted else None),
                known(sum(part.reused or 0 for part in counted) if counted else None),
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
