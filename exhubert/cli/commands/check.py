"""``exhubert check``: corpora on disk against what was published of them."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from exhubert.cli.arguments.command import Command
from exhubert.cli.arguments.corpora import (
    add_corpora,
    check_beam_options,
    find_corpora,
    no_clips_message,
)
from exhubert.cli.arguments.paths import check_file, local_path
from exhubert.cli.arguments.tolerances import add_tolerances
from exhubert.cli.output import console, progress
from exhubert.cli.output.check_tables import print_checks
from pipeline.common.count import count
from pipeline.common.errors import DataError
from pipeline.dataset.published_counts import describe_differences
from pipeline.specs.emotion_scheme import emotion_scheme

if TYPE_CHECKING:  # brings pyarrow
    from pipeline.checks.corpus_check import CorpusCheck

EXPORTS = (".parquet", ".csv", ".jsonl")
"""What ``--export`` may end in."""


def _add_check(parser: argparse.ArgumentParser) -> None:
    add_corpora(parser)
    parser.add_argument(
        "--export",
        type=local_path,
        metavar="FILE",
        help="write one row an utterance: .parquet, .csv or .jsonl",
    )
    add_tolerances(parser, max_reject_rate=0.0)
    parser.add_argument(
        "--protocol",
        metavar="NAME",
        help="show the folds of a protocol, too, such as loso, 5-fold, session or emobox",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_check(args: argparse.Namespace) -> int:
    if args.export:
        check_file("--export", args.export, EXPORTS)
    from exhubert.cli.output.protocol_tables import print_folds
    from pipeline.checks.corpus_check import check_corpus
    from pipeline.checks.protocol_check import check_protocol
    from pipeline.checks.utterance_export import export_utterances
    from pipeline.planning.index_corpus import index_corpus
    from pipeline.splits.protocols.names import parse_name
    from pipeline.splits.protocols.statement import ProtocolStatement

    check_beam_options(args)
    name = parse_name(args.protocol) if args.protocol else None
    checks, planned = [], []
    protocol = ProtocolStatement(rule="", corpora={})
    for spec, root in progress.track(find_corpora(args), "corpora checked", quiet=args.json):
        indexed = index_corpus(spec, root, emotion_scheme())
        if not indexed.utterances:
            raise DataError(no_clips_message(spec, root))
        checks.append(check_corpus(spec, indexed))
        planned += indexed.utterances if args.export else []
        if name:
            protocol = protocol.joined(check_protocol(name, spec, indexed))
    if args.json:
        document = [asdict(check) for check in checks]
        folds = {corpus: one.model_dump(mode="json") for corpus, one in protocol.corpora.items()}
        for one in document:
            one |= {"protocol": folds.get(one["corpus"])} if name else {}
        console.emit(json.dumps(document, ensure_ascii=False))
    else:
        print_checks(checks, partial=args.allow_partial)
        if name:
            print_folds(name.full, protocol)
    if args.export:
        export_utterances(planned, args.export)
        console.say(f"{count(len(planned), 'utterance')} written to {args.export}", quiet=args.json)
    faults = [fault for check in checks for fault in _faults(check, args)]
    for fault in faults:
        console.complain(f"error: {fault}")
    return 1 if faults else 0


def _faults(check: "CorpusCheck", args: argparse.Namespace) -> Iterator[str]:
    """What makes the check of a corpus fail."""
    corpus = f"corpus {check.corpus}"
    rejected = sum(check.rejected.values())
    if rejected > args.max_reject_rate * check.found:
        clips = f"{count(rejected, 'clip')} would be rejected"
        share = f"{rejected / check.found:.1%}, more than --max-reject-rate"
        yield f"{corpus}: {clips}, {share} {args.max_reject_rate:.1%}"
    if check.leaks:
        yield f"{corpus}: {count(len(check.leaks), 'speaker')} in test and in another split"
    if check.mismatches and not args.allow_partial:
        yield describe_differences(check.corpus, check.mismatches)


COMMANDS = [
    Command(
        "check",
        "compare the clips on disk with the published counts; decodes no audio",
        "  exhubert check --data-root corpora\n"
        "  exhubert check --root emo_db=download/emodb --allow-partial --export emo_db.csv\n"
        "  exhubert check --data-root corpora --protocol loso\n"
        "  exhubert check --data-root s3://bucket/corpora --s3_endpoint_url=https://…",
        _add_check,
        _run_check,
        passes_unknown=True,
        uses_stores=True,
    ),
]
