"""``exhubert check``: corpora on disk against what was published of them."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from exhubert import console
from exhubert.choice import add_corpora, connect_stores, find_corpora, no_clip
from exhubert.command import Command
from exhubert.tables import print_checks
from pipeline.errors import DataError
from pipeline.labels import emotion_scheme


def _add_check(parser: argparse.ArgumentParser) -> None:
    add_corpora(parser)
    parser.add_argument(
        "--export", metavar="FILE", help="write one row an utterance: .parquet, .csv or .jsonl"
    )
    parser.add_argument(
        "--allow-partial",
        action="store_true",
        help="exit 0 although counts differ from the published ones (a subset of a corpus)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _run_check(args: argparse.Namespace) -> int:
    from pipeline.check import check_corpus, export_utterances
    from pipeline.plan import plan_corpus

    connect_stores(args)
    checks, planned = [], []
    for spec, root in console.track(find_corpora(args), "checking", quiet=args.json):
        indexed = plan_corpus(spec, root, emotion_scheme())
        if not indexed.utterances:
            raise DataError(no_clip(spec, root))
        checks.append(check_corpus(spec, indexed))
        planned += indexed.utterances if args.export else []
    if args.json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        print_checks(checks, partial=args.allow_partial)
    if args.export:
        export_utterances(planned, Path(args.export))
        console.say(f"{len(planned)} utterances written to {args.export}", quiet=args.json)
    bad = any(check.rejected or check.leaks for check in checks)
    differs = any(check.mismatches for check in checks) and not args.allow_partial
    return 1 if bad or differs else 0


COMMANDS = [
    Command(
        "check",
        "count what lies on disk against what was published; decodes no audio",
        "  exhubert check --data-root corpora\n"
        "  exhubert check --root emo_db=download/emodb --allow-partial --export emo_db.csv\n"
        "  exhubert check --data-root s3://bucket/corpora --s3_endpoint_url=https://…\n"
        "Beam's options for stores can be added as Beam spells them.",
        _add_check,
        _run_check,
        passes_unknown=True,
    ),
]
