"""The tables of a check: clips found and published, and what needs attention."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from exhubert.cli.output.console import OUT
from exhubert.cli.output.finding_tables import describe_agreement, describe_shared
from exhubert.cli.output.fitted_table import known, numbers, print_table, words
from pipeline.common.count import count
from pipeline.common.untrusted_text import one_line
from pipeline.index.corpus_notes import CorpusNotes, describe_notes
from pipeline.schema.record import SPLITS

if TYPE_CHECKING:  # it brings pyarrow with it
    from pipeline.checks.corpus_check import CorpusCheck


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
            known(check.found),
            known(check.usable),
            known(sum(check.excluded.values())),
            known(sum(check.rejected.values())),
            known(check.speakers),
            *(known(check.splits.get(split, 0)) for split in SPLITS),
            known(len(check.speakers_in_two_splits)),
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
    reasons = [("excluded", check.excluded), ("rejected", check.rejected)]
    for fate, reason, number in ((f, r, n) for f, counts in reasons for r, n in counts.items()):
        yield f"{check.corpus}: {fate}: {reason} {number:,}"
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
            whole = f" of {check.expected:,}" if check.expected is not None else ""
            yield f"{check.corpus}: partial, {check.usable:,}{whole} utterances"
        return
    for table, missing in check.missing.items():
        named = ", ".join(missing.first) + (", …" if missing.count > len(missing.first) else "")
        rows = count(missing.count, "row")
        yield f"{check.corpus}: table {table}: {rows} without a clip: {named}"
    if check.mismatches:
        yield f"    source of the published counts: {check.source}"
