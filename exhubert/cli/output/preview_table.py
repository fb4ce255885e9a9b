"""The table of a dry run: what a build would write, reuse and read."""

from typing import TYPE_CHECKING

from rich.filesize import decimal

from exhubert.cli.output.console import OUT
from exhubert.cli.output.finding_tables import print_left_out
from exhubert.cli.output.fitted_table import known, numbers, print_table, words
from pipeline.common.count import count
from pipeline.schema.record import SPLITS

if TYPE_CHECKING:  # it brings pyarrow with it
    from pipeline.checks.build_preview import Preview


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
                known(corpus.found),
                known(corpus.to_write),
                known(sum(corpus.excluded.values())),
                known(sum(corpus.rejected.values())),
                *(
                    f"{known(corpus.splits[split].utterances)} "
                    f"({known(corpus.splits[split].speakers)} sp.)"
                    for split in SPLITS
                ),
                known(sum(part.shards for part in parts)),
                *(f"{known(part.utterances)} ({part.shards})" for part in parts),
                decimal(corpus.bytes_to_read),
            ]
        )
    print_table(OUT, groups, rows)
    for corpus in preview.corpora:
        print_left_out(corpus.corpus, corpus.excluded, corpus.rejected)
    for corpus in preview.corpora:
        if differing := ", ".join(str(one) for one in corpus.compared if one.differs):
            OUT.print(f"{corpus.corpus}: found/published differ: {differing}", soft_wrap=True)
    corpora = preview.corpora
    to_read = decimal(sum(corpus.bytes_to_read for corpus in corpora))
    OUT.print(
        f"Clips: {known(sum(corpus.reused.utterances for corpus in corpora))} would stay as they "
        f"are, {known(sum(corpus.relabelled.utterances for corpus in corpora))} keep their audio "
        f"and are written anew, {known(sum(corpus.decoded.utterances for corpus in corpora))} are "
        f"decoded from {to_read}; shards in brackets. Hours, and what the audio itself gives "
        "reason to reject, are not known before it is decoded."
    )
    if stale := sum(corpus.stale for corpus in corpora):
        OUT.print(f"{count(stale, 'shard')} of an earlier build would be removed.")
    if preview.kept:
        OUT.print(f"Not built, and kept as they are: {', '.join(preview.kept)}")
    OUT.print(f"Nothing was written to {preview.output}", soft_wrap=True)
